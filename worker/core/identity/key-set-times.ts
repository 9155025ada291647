/** When an isolate reads a sign-in's key set, and how long it trusts what it read. */

/** When a key set was read, in epoch milliseconds. */
export interface KeySetTimes {
  /** When the last successful read was. Undefined if there was none yet. */
  readAt: number | undefined;
  /** When the last read began. */
  triedAt: number | undefined;
  /** True if the last read has not ended yet. */
  isReading: boolean;
  /** When the last read ended, if it failed. */
  failedAt: number | undefined;
}

/** The least time between two reads. It is also the longest time until a rotated or recovered set is used. */
const READ_AGAIN_MS = 30_000;
/** A read takes at most this long. */
export const LONGEST_READ_MS = 5_000;
/** A read that takes this much longer has died with its request. */
const GRACE_MS = 1_000;
/** An older set is read again before it is trusted, if possible, so that a withdrawn key does not work for long. */
const TRUSTED_MS = 600_000;
/**
 * After a failed read, requests do not wait for a new one for this long, because a server that hangs would delay each by
 * `LONGEST_READ_MS`.
 */
const DOWN_MS = 60_000;
/** If the set cannot be read, the last one is used for this long. */
const KEPT_MS = 86_400_000;

/** What to do before a token is checked. */
export type KeySetStep = 'use' | 'use, and read behind' | 'read' | 'wait';

/** Decides what to do before a token is checked. `isUnknown` is true if no key of the known set fits the token. */
export function keySetStep(times: KeySetTimes, isUnknown: boolean, now: number): KeySetStep {
  const { readAt, triedAt, failedAt } = times;
  const isDue = triedAt === undefined || now - triedAt >= READ_AGAIN_MS;
  const mayRead = isDue && !isUnderWay(times, now);
  const isDown = failedAt !== undefined && now - failedAt < DOWN_MS;
  const isTrusted = readAt !== undefined && now - readAt < (isDown ? KEPT_MS : TRUSTED_MS);
  if (!isUnknown && isTrusted) return mayRead ? 'use, and read behind' : 'use';
  if (mayRead) return 'read';
  return isUnderWay(times, now) ? 'wait' : 'use';
}

/** Whether a request is reading the set now. */
export const isUnderWay = ({ isReading, triedAt }: KeySetTimes, now: number): boolean =>
  isReading && triedAt !== undefined && now - triedAt < LONGEST_READ_MS + GRACE_MS;

/** Whether the last set may still be used. */
export const isKept = ({ readAt }: KeySetTimes, now: number): boolean => readAt !== undefined && now - readAt < KEPT_MS;

/** Milliseconds until the next read may begin. */
export const readAgainMs = ({ triedAt }: KeySetTimes, now: number): number =>
  triedAt === undefined ? 0 : Math.max(0, triedAt + READ_AGAIN_MS - now);
