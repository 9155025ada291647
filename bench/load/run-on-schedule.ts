import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.ts';

/** Node's timers may be a millisecond late, so the last part of a wait is polled. */
const POLLED_MS = 1.3;

/** Calls `start` at every due time, whether or not earlier requests have been answered (an open loop). Returns how late each call was.
 * Latency counts from `dueAtMs`, so a slow answer cannot hide the requests that wait behind it. */
export async function runOnSchedule(
  dueTimesMs: Float64Array,
  start: (index: number, dueAtMs: number) => void,
): Promise<Float64Array> {
  const beganAtMs = nowMs();
  const latenessMs = new Float64Array(dueTimesMs.length);
  for (const [index, dueMs] of dueTimesMs.entries()) {
    const dueAtMs = beganAtMs + dueMs;
    const waitMs = dueAtMs - nowMs();
    if (waitMs > POLLED_MS + 1) await sleep(waitMs - POLLED_MS);
    while (nowMs() < dueAtMs) await nextTurn();
    latenessMs[index] = nowMs() - dueAtMs;
    start(index, dueAtMs);
  }
  return latenessMs;
}
