/** When a sign-in's key set is read, and for how long a read one counts. An isolate decides by itself. */

/** Epoch milliseconds. */
export interface KeySetTimes {
  /** Of the last read that brought a set; undefined: none yet. */
  readAt: number | undefined;
  /** Of the last read that began. */
  triedAt: number | undefined;
  /** That one has not ended yet. */
  isReading: boolean;
  /** When the last read ended, if it brought no set. */
  failedAt: number | undefined;
}

/** Between two reads, whatever they are for: so a rotated set, and one that is back, is taken within this time. */
const READ_AGAIN_MS = 30_000;
/** A read takes at most this long. */
export const LONGEST_READ_MS = 5_000;
/** A read of which nothing was heard for this much longer died with its request. */
const GRACE_MS = 1_000;
/** An older set is read anew before it is trusted, where that is possible: a key that was withdrawn should not open much. */
const TRUSTED_MS = 600_000;
/** After a failed read nobody waits for the next one for this long: a set that hangs would hold up each request by `LONGEST_READ_MS`. */
const DOWN_MS = 60_000;
/** Where it cannot be read, the last one counts this long. */
const KEPT_MS = 86_400_000;

export type KeySetStep = 'use' | 'use, and read behind' | 'read' | 'wait';

/** Before a token is checked; `isUnknown`: after no key of the set fitted it. */
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

export const isUnderWay = ({ isReading, triedAt }: KeySetTimes, now: number): boolean =>
  isReading && triedAt !== undefined && now - triedAt < LONGEST_READ_MS + GRACE_MS;

export const isKept = ({ readAt }: KeySetTimes, now: number): boolean => readAt !== undefined && now - readAt < KEPT_MS;

/** Until the next read may begin. */
export const readAgainMs = ({ triedAt }: KeySetTimes, now: number): number =>
  triedAt === undefined ? 0 : Math.max(0, triedAt + READ_AGAIN_MS - now);
