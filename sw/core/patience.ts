/** How long to wait for the network, and how often to try. */

/** Longest wait for the headers of a resumable stream, which come at once: with a kept answer at hand, and without. */
export const HEADERS_WITH_COPY_MS = 3_000;
export const HEADERS_MS = 8_000;

/** A resumable stream has its headers at once, so there a limit distinguishes a dead line from a slow model; undefined for all others. */
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

/** For other answers `GET /healthz` decides after this much silence. */
const PROBE_AFTER_MS = 3_000;
const LONGEST_PROBE_PAUSE_MS = 30_000;

/** How long to wait for the next check: a model may take a minute, and the router should not be asked twenty times meanwhile. */
export const probeAfterMs = (probes: number): number => Math.min(PROBE_AFTER_MS * 2 ** probes, LONGEST_PROBE_PAUSE_MS);

/** A check without an answer by then has failed. */
export const PROBE_LIMIT_MS = 3_000;

/** A resumable stream sends something each second. Others send something at least every 15 seconds. */
export const idleLimitMs = ({ isResumable }: { isResumable: boolean }): number => (isResumable ? 2_500 : 20_000);

/** The wait before a lost request is sent again. */
export const resendAfterMs = (random: number): number => 150 + 150 * random;

const FIRST_RESUME_MS = 100;
const LONGEST_RESUME_MS = 4_000;

/** The wait before the rest of a stream is asked for. `tries`: those since its last event; 0 for the first. */
export const resumeAfterMs = (tries: number, random: number): number =>
  Math.min(FIRST_RESUME_MS * 2 ** tries, LONGEST_RESUME_MS) * (0.5 + 0.5 * random);

const LOST_AFTER_MS = 30_000;

/** Whether a stream is given up. `brokenSince`: when its connection broke; no byte has come since, not even of a heartbeat. */
export const isLost = (brokenSince: number, now: number): boolean => now - brokenSince >= LOST_AFTER_MS;
