import { FOLD_AT, MAX_ASK_AGE_MS } from '../../worker/core/ledger/protocol.ts';

export interface LedgerLoad {
  requestsPerSecond: number;
  /** How many folds' worth of requests the count is to hold. */
  folds: number;
  /** Nobody waits: bursts of as many requests as are folded at a time, and after each the clock is set forward. */
  isClockMoved: boolean;
}

/** By then a lease may be folded. */
export const RIPE_AFTER_MS = MAX_ASK_AGE_MS + 5_000;

/** So many requests, one burst after the other, that one fold more comes than are to be counted: the count goes from one fold
 * to another, for as many leases are then folded in it as are granted. */
export function burstsOf({ requestsPerSecond, folds, isClockMoved }: LedgerLoad): number[] {
  if (isClockMoved) return Array.from({ length: folds + 2 }, () => FOLD_AT);
  const tooYoungToFold = Math.ceil((MAX_ASK_AGE_MS / 1000) * requestsPerSecond);
  return [tooYoungToFold + (folds + 1.5) * FOLD_AT];
}
