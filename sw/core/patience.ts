/** How long to wait for the network, and how often to try. */

/** The longest waits for the headers of a resumable stream, with a kept answer at hand and without one. */
export const HEADERS_WITH_COPY_MS = 3_000;
export const HEADERS_MS = 8_000;

/** The headers of a resumable stream come at once, so a time limit tells a dead line from a slow model. All other answers have no limit. */
export function headerLimitMs({
  isResumable,
  hasCopy,
}: {
  isResumable: boolean;
  hasCopy: boolean;
}): number | undefined {
  if (!isResumable) return undefined;
  return hasCopy ? HEADERS_WITH_COPY_MS : HEADERS_MS;
}

/** For other answers, the worker calls `GET /healthz` after this much silence. */
const PROBE_AFTER_MS = 3_000;
const LONGEST_PROBE_PAUSE_MS = 30_000;

/**
 * The wait before the next check. It grows, because a model may take a minute and the router should not be checked twenty times meanwhile.
 */
export const probeAfterMs = (probes: number): number => Math.min(PROBE_AFTER_MS * 2 ** probes, LONGEST_PROBE_PAUSE_MS);

/** A check that has no answer after this time has failed. */
export const PROBE_LIMIT_MS = 3_000;

/** A resumable stream sends something each second. Others send something at least every 15 seconds. */
export const idleLimitMs = ({ isResumable }: { isResumable: boolean }): number => (isResumable ? 2_500 : 20_000);

/** The wait before a lost request is sent again. */
export const resendAfterMs = (random: number): number => 150 + 150 * random;

const FIRST_RESUME_MS = 100;
const LONGEST_RESUME_MS = 4_000;

/** The wait before the worker asks for the rest of a stream. `tries`: the attempts since the last byte; 0 for the first one. */
export const resumeAfterMs = (tries: number, random: number): number =>
  Math.min(FIRST_RESUME_MS * 2 ** tries, LONGEST_RESUME_MS) * (0.5 + 0.5 * random);

const LOST_AFTER_MS = 30_000;

/** Whether to give up a stream. `brokenSince`: when its connection broke. No byte has come since, not even a heartbeat's. */
export const isLost = (brokenSince: number, now: number): boolean => now - brokenSince >= LOST_AFTER_MS;
