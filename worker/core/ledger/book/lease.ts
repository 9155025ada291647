/**
 * A lease as its row holds it, and its status, which follows from the row and the time and is never written (docs/ledger.md "What
 * is stored").
 */

import { timeOfUuidV7 } from '../../../../protocol/uuid-v7.ts';
import { LATE_REPORT_MS, MAX_ASK_AGE_MS } from '../protocol.ts';
import { endOfMinute } from '../time.ts';
import type { Amount, Freed, Mode, Scope, Spent } from '../types.ts';

/** Everything that the row of a lease holds. */
export interface Lease {
  /** The lease's place in the table, which is free again once its `number` is folded. 0 until the lease is entered (`enterLease`). */
  slot: number;
  /** The order in which leases are written. 0 until the lease is entered. */
  number: number;
  leaseId: string;
  /**
   * `closed`: its close overtook its ask (ledger rule 9). `unreachable`: its request ran, or may have run, while its holder and
   * the ledger could not reach each other, with or without a grant.
   */
  origin: 'asked' | 'closed' | 'unreachable';
  mode: Mode;
  scopes: readonly Scope[];
  /** GCRA's theoretical arrival time after this lease, in the order of `scopes`; 0 for a scope that never had a rate. */
  tatUs: readonly number[];
  /** What a slice takes out of each scope's bucket at the end of its admitting (`gcra.ts`). Empty for one request. */
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

/** `unsettled`: its time is over and no final report came. */
export type LeaseStatus = 'open' | 'unsettled' | 'done';

/** The status of a lease at `now`. */
export const leaseStatus = ({ done, settleBy }: Lease, now: number): LeaseStatus =>
  done ? 'done' : now >= settleBy ? 'unsettled' : 'open';

/** A slice gives back what it does not use within this time after its admitting. Its report waits for the tenant's next ask. */
const GIVES_BACK_MS = 3_000;

/** The time until which a slice may hold what none of its requests uses. 0 for a lease that is done, or of one request. */
export const mayAdmitUntil = ({ granted, grantedAt, admitForMs, done }: Lease): number =>
  granted.requests > 1 && !done ? grantedAt + admitForMs + GIVES_BACK_MS : 0;

/** What counts against the cap. A cost above the grant counts as it is (ledger rule 13). */
export const bookedMicroUsd = ({ granted, freed, spent }: Lease): number =>
  Math.max(granted.microUsd - freed.microUsd, spent.microUsd);

/** What counts against the tokens per minute. */
export const bookedTokens = ({ granted, freed, spent }: Lease): number =>
  Math.max(granted.tokens - freed.tokens, spent.tokens);

/** True if a worst case was too low, or if a request ran without a grant and did not say so. */
export const isOverGranted = ({ origin, granted, spent }: Lease): boolean =>
  origin !== 'unreachable' && (spent.microUsd > granted.microUsd || spent.tokens > granted.tokens);

/**
 * When the row may be folded, and no report changes it any more, folded or not. That is once the lease is done and old (ledger
 * rule 3), or unsettled for `LATE_REPORT_MS` (ledger rule 11). It is never within the minute of the grant, whose tokens are
 * counted from rows, nor before a slice counts in its rate.
 */
export function foldableFrom(lease: Lease): number {
  const idTime = timeOfUuidV7(lease.leaseId) ?? 0;
  // A holder that received no grant reports with its scopes while its id is younger than this. If the row were folded by then, the
  // lease would be entered and charged again.
  const untilTold = idTime + LATE_REPORT_MS + 1;
  if (!lease.done) return Math.max(lease.settleBy + LATE_REPORT_MS, untilTold);
  const untilClosed = lease.origin === 'unreachable' ? untilTold : idTime + MAX_ASK_AGE_MS + 1;
  const untilCounted = lease.granted.requests > 1 ? lease.grantedAt + lease.admitForMs : 0;
  return Math.max(untilClosed, untilCounted, endOfMinute(lease.grantedAt));
}

/** Whether an id is too old, or too far in the future, for a first message (ledger rule 3). */
export function isIdOutOfRange(leaseId: string, now: number, ageMs = MAX_ASK_AGE_MS): boolean {
  const time = timeOfUuidV7(leaseId);
  return time === undefined || Math.abs(now - time) > ageMs;
}
