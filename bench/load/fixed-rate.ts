import { nowMs } from '../clock.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import type { Subject } from '../subject/subject.ts';
import { Failures } from './failures.ts';
import { runOnSchedule } from './run-on-schedule.ts';
import { dueTimesMs, seededRandom } from './schedule.ts';
import { ask } from './whole-reply.ts';

export interface FixedRateRun {
  /** The time from the moment each request was due to the last byte of its answer. */
  latenciesMs: number[];
  /** How late this client itself started each request. */
  latenessMs: Float64Array;
  failures: Failures;
}

const CONNECTIONS = 16;

/** Asks for whole answers at a fixed rate, whether or not earlier requests have been answered. */
export async function fixedRate(
  subject: Subject,
  load: { requestsPerSecond: number; seconds: number; seed: number },
): Promise<FixedRateRun> {
  const failures = new Failures();
  const latenciesMs: number[] = [];
  const exchanges: Promise<void>[] = [];
  const pool = await ConnectionPool.open(subject.port, CONNECTIONS);
  const dueTimes = dueTimesMs(load.requestsPerSecond, load.seconds, seededRandom(load.seed));
  const latenessMs = await runOnSchedule(dueTimes, (index, dueAtMs) => exchanges.push(exchange(index, dueAtMs)));
  await Promise.all(exchanges);
  pool.close();
  return { latenciesMs, latenessMs, failures };

  async function exchange(index: number, dueAtMs: number): Promise<void> {
    const connection = await pool.take();
    const failure = await ask(connection, subject.requests.whole(index));
    if (failure === undefined) latenciesMs.push(nowMs() - dueAtMs);
    else failures.add(failure);
    pool.giveBack(connection);
  }
}
