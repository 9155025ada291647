import { setTimeout as sleep } from 'node:timers/promises';
import { COUNTS_PATH, type Counted, type Counts } from '../counting/counters.ts';
import type { Failures } from '../load/failures.ts';
import { fixedRate } from '../load/fixed-rate.ts';
import { ofThousandUsers } from '../load/requests.ts';
import { streams } from '../load/streams.ts';
import { WrongAnswers } from '../measure/alternate.ts';
import type { Plan } from '../plan.ts';
import { cpuMs } from '../process/usage.ts';
import { asSubject, type Started, startProcess, startSubject } from '../subject/start.ts';
import type { Subject } from '../subject/subject.ts';
import type { Workshop } from '../subject/workshop.ts';
import type { Traffic } from './traffic.ts';
import { betweenFolds, difference, sum } from './windows.ts';

/** On a busy machine the router does not wait for a slow cache, so a few misses are allowed. */
const MOST_MISSES = 0.01;

export interface CountedTraffic {
  counts: Counts;
  /** The number of folds that were counted. With 0, the whole run was counted, and it had at most one fold. */
  folds: number;
  /** The whole process's CPU time per request; undefined if the system does not report it. */
  cpuMs: number | undefined;
}

/** Runs one traffic through the counted Worker, in its own process and on its own state. */
export function countTraffic(
  traffic: Traffic,
  workshop: Workshop,
  scriptPath: string,
  plan: Plan['costs'],
): Promise<CountedTraffic> {
  return traffic.pace === 'quiet'
    ? countQuiet(traffic, workshop, scriptPath, plan)
    : countSteady(traffic, workshop, scriptPath, plan);
}

/** Counts requests that are so far apart that nothing is left in memory. For each one the process is started again, on the same state. */
async function countQuiet(
  traffic: Traffic,
  workshop: Workshop,
  scriptPath: string,
  { quiet, settleMs }: Plan['costs'],
): Promise<CountedTraffic> {
  // The cache is on disk, because it must outlive the process.
  const onDisk = { ...workshop, cacheScriptPath: undefined };
  const start = () => startProcess(onDisk, 'carryon', { scriptPath, stateName: `quiet-${traffic.id}` });
  let subject: Subject = await asSubject(traffic.subject, await start());
  const parts: Counts[] = [];
  try {
    // A ledger reads its latest leases when it wakes. It gets as many as a quiet tenant's ledger has before they are folded.
    const others = { ...subject, requests: ofThousandUsers(subject.key) };
    await fixedRateWell(others, { requestsPerSecond: 100, seconds: quiet.leasesBefore / 100 });
    await fixedRateWell(subject, { requestsPerSecond: 1, seconds: 1 });
    await sleep(settleMs);
    for (let request = 0; request < quiet.requests; request += 1) {
      await subject.stop();
      subject = { ...subject, ...(await start()) };
      await fixedRateWell(subject, { requestsPerSecond: 10, seconds: 0.1 });
      await sleep(settleMs);
      parts.push((await askCounted(subject)).counts);
    }
  } finally {
    await subject.stop();
  }
  return { counts: sum(parts), folds: 0, cpuMs: undefined };
}

async function countSteady(
  traffic: Traffic,
  workshop: Workshop,
  scriptPath: string,
  { middling, busy, streamed, settleMs }: Plan['costs'],
): Promise<CountedTraffic> {
  const subject = await startSubject(workshop, traffic.subject, scriptPath);
  try {
    // The work that only a first request does is not counted, and neither is the cache miss before the hits.
    await fixedRateWell(subject, { requestsPerSecond: 10, seconds: 0.1 });
    await sleep(settleMs);
    const before = await askCounted(subject);
    const cpuBefore = cpuMs(subject.processId);
    if (traffic.isStreamed) await streamsOneByOne(subject, streamed);
    else await fixedRateWell(subject, traffic.pace === 'busy' ? busy : { requestsPerSecond: 1, ...middling });
    await sleep(settleMs);
    const cpuAfter = cpuMs(subject.processId);
    const after = await askCounted(subject);
    const whole = difference(before.counts, after.counts);
    const { requests = 0, fetches = 0 } = whole;
    if (traffic.subject === 'cacheHit' && fetches > requests * MOST_MISSES) {
      throw new WrongAnswers(`counted ${traffic.title}: ${fetches} of ${requests} were no hits`);
    }
    const cpu = cpuBefore === undefined || cpuAfter === undefined ? undefined : (cpuAfter - cpuBefore) / requests;
    return { ...(betweenFolds(after.atFolds) ?? { counts: whole, folds: 0 }), cpuMs: cpu };
  } finally {
    await subject.stop();
  }
}

async function fixedRateWell(subject: Subject, load: { requestsPerSecond: number; seconds: number }): Promise<void> {
  const { failures } = await fixedRate(subject, { ...load, seed: 1 });
  mustBeWell(subject, failures);
}

/** Opens one stream a second. */
async function streamsOneByOne(subject: Subject, { count, contentChunks }: Plan['costs']['streamed']): Promise<void> {
  const one = async (index: number) => {
    await sleep(index * 1_000);
    const { failures } = await streams(subject, { streamsPerSecond: 1, seconds: 1, contentChunks, seed: index });
    mustBeWell(subject, failures);
  };
  await Promise.all(Array.from({ length: count }, (_, index) => one(index)));
}

function mustBeWell({ name }: Subject, { first, count }: Failures): void {
  if (first !== undefined) throw new WrongAnswers(`counted ${name}: ${count}, ${first}`);
}

async function askCounted({ port }: Pick<Started, 'port'>): Promise<Counted> {
  return (await (await fetch(`http://127.0.0.1:${port}${COUNTS_PATH}`)).json()) as Counted;
}
