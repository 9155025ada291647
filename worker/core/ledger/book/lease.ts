/** A lease as its row holds it, and its status: read from the row and the time, never written (docs/ledger.md "What is stored"). */

import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import { LATE_REPORT_MS, MAX_ASK_AGE_MS } from '../protocol.ts';
import { endOfMinute } from '../time.ts';
import type { Amount, Freed, Mode, Scope, Spent } from '../types.ts';

export interface Lease {
  /** The row it is written to; free again once its `number` is folded. */
  slot: number;
  /** Order of writing. */
  number: number;
  leaseId: string;
  /** `closed`: its close overtook its ask (ledger rule 9). `unreachable`: it ran, or may have, while its holder and the ledger could not
   *  hear each other, with or without a grant. */
  origin: 'asked' | 'closed' | 'unreachable';
  mode: Mode;
  scopes: readonly Scope[];
  /** GCRA's theoretical arrival time after this lease, in the order of `scopes`; 0 where the scope never had a rate. */
  tatUs: readonly number[];
  /** What a slice takes of each scope's bucket at the end of its admitting (gcra.ts); empty for one request. */
  laterUs: readonly number[];
  grantedAt: number;
  admitForMs: number;
  settleBy: number;
  granted: Amount;
  spent: Spent;
  freed: Freed;
  done: boolean;
  /** Some of `spent` is a bound, not a provider's count. */
  estimated: boolean;
}

export type LeaseStatus = 'open' | 'unsettled' | 'done';

export const leaseStatus = ({ done, settleBy }: Lease, now: number): LeaseStatus =>
  done ? 'done' : now >= settleBy ? 'unsettled' : 'open';

/** What counts against the cap. More than was granted counts as it is (ledger rule 13). */
export const bookedMicroUsd = ({ granted, freed, spent }: Lease): number =>
  Math.max(granted.microUsd - freed.microUsd, spent.microUsd);

export const bookedTokens = ({ granted, freed, spent }: Lease): number =>
  Math.max(granted.tokens - freed.tokens, spent.tokens);

/** A worst case was none, or somebody ran without a grant and without a word of it. */
export const isOverGranted = ({ origin, granted, spent }: Omit<Lease, 'slot' | 'number'>): boolean =>
  origin !== 'unreachable' && (spent.microUsd > granted.microUsd || spent.tokens > granted.tokens);

/**
 * From when on the row may be folded: done and old (ledger rule 3), or unsettled for `LATE_REPORT` (ledger rule 11); never in its minute,
 * whose tokens are counted from rows, nor before a slice counts in its rate. From then on nothing that is said of it changes it, folded or not.
 */
export function ripeAt(lease: Lease): number {
  const idTime = timeOfUuidV7(lease.leaseId) ?? 0;
  // Who heard of no grant tells of itself with its scopes, while its id is younger than this: unknown by then, it would be
  // entered and charged again.
  const untilTold = idTime + LATE_REPORT_MS + 1;
  if (!lease.done) return Math.max(lease.settleBy + LATE_REPORT_MS, untilTold);
  const untilClosed = lease.origin === 'unreachable' ? untilTold : idTime + MAX_ASK_AGE_MS + 1;
  const untilCounted = lease.granted.requests > 1 ? lease.grantedAt + lease.admitForMs : 0;
  return Math.max(untilClosed, untilCounted, endOfMinute(lease.grantedAt));
}

/** Whether an id is too old, or too far in the future, to be a first message (ledger rule 3). */
export function isOutOfAge(leaseId: string, now: number, ageMs = MAX_ASK_AGE_MS): boolean {
  const time = timeOfUuidV7(leaseId);
  return time === undefined || Math.abs(now - time) > ageMs;
}
