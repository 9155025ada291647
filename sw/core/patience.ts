/** How long the network is waited for, and how often it is tried. */

/** Longest wait for the headers of a resumable stream, which come at once: with a kept answer at hand, and without. */
export const HEADERS_WITH_COPY_MS = 3_000;
export const HEADERS_MS = 8_000;

/** A resumable stream has its headers at once, so there a limit tells a dead line from a slow model; undefined for all others. */
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

/** How long to wait for the next probe: a model may take a minute, and the router is not to be asked twenty times meanwhile. */
export const probeAfterMs = (probes: number): number => Math.min(PROBE_AFTER_MS * 2 ** probes, LONGEST_PROBE_PAUSE_MS);

/** A probe that has no answer by then has none. */
export const PROBE_LIMIT_MS = 3_000;

/** A resumable stream says something each second. Others speak up every 15 seconds at the latest. */
export const idleLimitMs = ({ isResumable }: { isResumable: boolean }): number => (isResumable ? 2_500 : 20_000);

/** Before a lost request is sent once more. */
export const resendAfterMs = (random: number): number => 150 + 150 * random;

const FIRST_RESUME_MS = 100;
const LONGEST_RESUME_MS = 4_000;

/** Before a stream is asked for its rest. `tries`: those since its last event; 0 for the first. */
export const resumeAfterMs = (tries: number, random: number): number =>
  Math.min(FIRST_RESUME_MS * 2 ** tries, LONGEST_RESUME_MS) * (0.5 + 0.5 * random);

const LOST_AFTER_MS = 30_000;

/** Whether a stream is given up. `brokenSince`: when its connection broke; no byte has come since, not even a heartbeat's. */
export const isLost = (brokenSince: number, now: number): boolean => now - brokenSince >= LOST_AFTER_MS;
