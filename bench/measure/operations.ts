import { setTimeout as sleep } from 'node:timers/promises';
import { buildCountedWorker } from '../counting/build.ts';
import { COUNTS_PATH, type Counts } from '../counting/counters.ts';
import { fixedRate } from '../load/fixed-rate.ts';
import type { Plan } from '../plan.ts';
import type { Row } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';
import { askCounted, countedRows } from './counted-rows.ts';

/** What is batched behind responses is written within this time. */
const SETTLE_MS = 3_000;

/** What a bill would count, counted: non-streamed chat by one client on a fresh state, cold start included. */
export async function measureOperations(workshop: Workshop, loads: Plan['operations']): Promise<Row[]> {
  const scriptPath = await buildCountedWorker(workshop);
  const rows: Row[] = [];
  for (const load of loads) rows.push(...(await countOneLoad(workshop, scriptPath, load)));
  return rows;
}

async function countOneLoad(workshop: Workshop, scriptPath: string, load: Plan['operations'][number]): Promise<Row[]> {
  const subject = await startSubject(workshop, 'carryon', scriptPath);
  try {
    const { failures } = await fixedRate(subject, { ...load, seed: 1 });
    if (failures.first !== undefined) throw new WrongAnswers(`counted carryon: ${failures.count}, ${failures.first}`);
    await sleep(SETTLE_MS);
    const requests = load.requestsPerSecond * load.seconds;
    return countedRows(await askCounted<Counts>(subject, COUNTS_PATH), requests, {
      id: `operations.${load.requestsPerSecond}PerSecond`,
      group: `Operations per 1,000 requests, at ${load.requestsPerSecond}/s (${requests} counted)`,
    });
  } finally {
    await subject.stop();
  }
}
