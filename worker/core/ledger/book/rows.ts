/** What one ledger keeps in its tables, as plain data. `Lease` (`lease.ts`) is the row of a lease. */

import type { Day, Month, Period } from '../time.ts';
import type { Limits, Scope } from '../types.ts';
import type { Lease } from './lease.ts';

/** The money of folded leases and of corrections by operators, which may make a stored sum negative (ledger rule 14). */
export interface Sum {
  spentMicroUsd: number;
  /** The part of `spent` that was booked in full because no report came. It is final. */
  unsettledMicroUsd: number;
}

/** One row per scope and month. It contains the sums of each day. */
export interface Sums extends Sum {
  scope: Scope;
  month: Month;
  days: Record<Day, Sum>;
  /**
   * In the scope's newest month, this is the theoretical arrival time after everything that counts up to `tatAt`. Earlier months
   * may hold less.
   */
  tatUs: number;
  tatAt: number;
  /** What the alert ladder has reported (`ladder.ts`). */
  told?: Record<Period, readonly ReportedThreshold[]>;
}

/** The highest threshold that was reported under this cap. */
export interface ReportedThreshold {
  capMicroUsd: number;
  percent: number;
}

/** A threshold that a scope's spending has crossed in a period. */
export interface Crossing {
  scope: Scope;
  period: Period;
  percent: number;
  spentMicroUsd: number;
  capMicroUsd: number;
  /** When the threshold was crossed, by the ledger's time. */
  at: number;
}

/** What operators set for a scope, over its limits in config. */
export interface Overrides {
  limits: Partial<Limits>;
  /** A revoked scope is granted nothing more. */
  revoked: boolean;
}

/**
 * Leases up to the number `foldedThrough` are in the sums, and their slots are free. The ledger's time never goes behind
 * `foldedAt`, which corrections set too.
 */
export interface Mark {
  foldedThrough: number;
  foldedAt: number;
}

/** Who changed what, and when. `from` and `to` are JSON values. */
export interface HistoryEntry {
  at: number;
  who: string;
  scope: Scope;
  /** A limit's name, `revoked`, or `spent` with its period, such as `spent 2026-11`. */
  field: string;
  from: number | boolean | null;
  to: number | boolean | null;
}

/** All that a ledger reads when it wakes. Scopes are read one by one, when an ask needs them. */
export interface LoadedRows {
  mark: Mark | undefined;
  leases: readonly Lease[];
}

/** The rows of one scope. A ledger that wakes needs only the newest month. */
export interface StoredScope {
  newest: Sums | undefined;
  /** Reads the row of an earlier month. */
  earlier(month: Month): Sums | undefined;
  overrides: Overrides | undefined;
}

/** Reads the rows of one scope, synchronously: nothing may come between reading and deciding. */
export type ReadScope = (scope: Scope) => StoredScope;

/** What a turn changed. It is written in one transaction. If that fails, it is forgotten together with the memory that holds it. */
export interface Changes {
  leases: ReadonlySet<{ readonly lease: Lease }>;
  /** Slots beyond this one are free and not needed: their pages may be deleted. */
  lastSlotKept: number | undefined;
  sums: ReadonlySet<Sums>;
  mark: Mark | undefined;
  overrides: ReadonlyMap<Scope, Overrides>;
  history: readonly HistoryEntry[];
  /** Crossings for the outbox, in order. */
  crossings: readonly Crossing[];
  /** Sums of months before this one may be deleted. */
  purgeBefore: Month | undefined;
}
