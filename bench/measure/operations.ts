import { setTimeout as sleep } from 'node:timers/promises';
import { buildCountedWorker } from '../counting/build.ts';
import { COUNTS_PATH, type Counts } from '../counting/counters.ts';
import { fixedRate } from '../load/fixed-rate.ts';
import type { Plan } from '../plan.ts';
import { type Row, singleRow } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';

/** What is shown, in this order; the second group only where it is not nothing. */
const ALWAYS_SHOWN = {
  kvReads: 'KV reads',
  objectCalls: 'Durable Object calls',
  rowsWritten: 'rows written',
  rowsRead: 'rows read',
  fetches: 'fetches of the upstream',
};
const SHOWN_IF_ANY = {
  kvWrites: 'KV writes',
  kvDeletes: 'KV deletes',
  kvLists: 'KV lists',
  objectAlarms: 'Durable Object alarms',
  cacheReads: 'Cache API reads',
  cacheWrites: 'Cache API writes',
};

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
    const counts = (await (await fetch(`http://127.0.0.1:${subject.port}${COUNTS_PATH}`)).json()) as Counts;
    const requests = load.requestsPerSecond * load.seconds;
    return labelled(counts).map(([count, label]) =>
      singleRow(
        {
          id: `operations.${load.requestsPerSecond}PerSecond.${count}`,
          group: `Operations per 1,000 requests, at ${load.requestsPerSecond}/s (${requests} counted)`,
          label,
          unit: '',
        },
        [((counts[count] ?? 0) / requests) * 1000],
      ),
    );
  } finally {
    await subject.stop();
  }
}

function labelled(counts: Counts): [count: string, label: string][] {
  const methods = Object.keys(counts).filter((count) => count.startsWith('objectCalls.'));
  return [
    ...Object.entries(ALWAYS_SHOWN),
    ...Object.entries(SHOWN_IF_ANY).filter(([count]) => (counts[count] ?? 0) > 0),
    ...methods.map((count): [string, string] => [count, `calls of ${count.replace('objectCalls.', '')}`]),
  ];
}
