import { setTimeout as sleep } from 'node:timers/promises';
import { buildCountedWorker } from '../counting/build.ts';
import { type Counts, FOLDS_PATH, FORWARD_PATH } from '../counting/counters.ts';
import { burstsOf, type LedgerLoad, RIPE_AFTER_MS } from '../counting/ledger-load.ts';
import { fixedRate } from '../load/fixed-rate.ts';
import { requestOfUser } from '../load/requests.ts';
import type { Row } from '../report/row.ts';
import { startSubject } from '../subject/start.ts';
import type { Subject } from '../subject/subject.ts';
import { setWideLimits } from '../subject/wide-limits.ts';
import type { Workshop } from '../subject/workshop.ts';
import { WrongAnswers } from './alternate.ts';
import { askCounted, countedRows, countsBetween } from './counted-rows.ts';

const CROWDS = [
  { id: 'oneUser', label: 'one user', userOf: () => 'ana' },
  {
    id: 'everyRequestAnotherUser',
    label: 'every request another user',
    userOf: (request: number) => `user-${request}`,
  },
];

/** Reports go behind their responses; so much later they have been written. */
const SETTLE_MS = 500;

/** What the ledger writes and reads, and how often it is called, once it folds as many leases as it grants; no cold start in it. */
export async function countLedger(workshop: Workshop, load: LedgerLoad): Promise<Row[]> {
  const scriptPath = await buildCountedWorker(workshop);
  // At once: only counts are taken, and to grow old enough takes its time.
  const rows = await Promise.all(CROWDS.map((crowd) => countCrowd(workshop, scriptPath, crowd, load)));
  return rows.flat();
}

async function countCrowd(
  workshop: Workshop,
  scriptPath: string,
  crowd: (typeof CROWDS)[number],
  load: LedgerLoad,
): Promise<Row[]> {
  const subject = await startSubject(workshop, 'carryon', scriptPath);
  try {
    await setWideLimits(subject);
    await askInBursts(subject, load, crowd.userOf);
    const atFolds = await askCounted<Counts[]>(subject, FOLDS_PATH);
    const [first, last] = [atFolds[0], atFolds[atFolds.length - 1]];
    if (first === undefined || last === undefined || first === last) throw new Error(`${crowd.label}: no two folds`);
    const counts = countsBetween(first, last);
    // The upstream always answers well, so it is asked once for each request.
    const requests = counts.fetches ?? 0;
    const pace = `${load.requestsPerSecond}/s${load.isClockMoved ? `, ${burstsOf(load)[0]} a minute` : ''}`;
    return countedRows(counts, requests, {
      id: `ledger.${crowd.id}`,
      group: `Ledger, per 1,000 requests, ${crowd.label}, at ${pace} (${requests} counted, ${atFolds.length - 1} folds)`,
    });
  } finally {
    await subject.stop();
  }
}

async function askInBursts(subject: Subject, load: LedgerLoad, userOf: (request: number) => string): Promise<void> {
  const { requestsPerSecond, isClockMoved } = load;
  let asked = 0;
  for (const requests of burstsOf(load)) {
    const { failures } = await fixedRate(subject, {
      requestsPerSecond,
      seconds: requests / requestsPerSecond,
      seed: 1,
      requestOf: (request) => requestOfUser(userOf(asked + request)),
    });
    if (failures.first !== undefined) throw new WrongAnswers(`counted carryon: ${failures.count}, ${failures.first}`);
    await sleep(SETTLE_MS);
    if (isClockMoved) await askCounted(subject, `${FORWARD_PATH}?ms=${RIPE_AFTER_MS}`);
    asked += requests;
  }
}
