/** What one ledger keeps in its tables, as plain data; `Lease` (lease.ts) is the row of a lease. */

import type { Day, Month, Period } from '../time.ts';
import type { Limits, Scope } from '../types.ts';
import type { Lease } from './lease.ts';

/** Money of leases that were folded, and corrections of an operator, which may stand below nought here (ledger rule 14). */
export interface Sum {
  spentMicroUsd: number;
  /** Part of `spent`: booked in full because no report came, and final. */
  unsettledMicroUsd: number;
}

/** One row per scope and month, its days inside. */
export interface Sums extends Sum {
  scope: Scope;
  month: Month;
  days: Record<Day, Sum>;
  /** Of all that counts up to `tatAt`, where this is the scope's newest month; earlier months may hold less. */
  tatUs: number;
  tatAt: number;
  /** What the alert ladder has told (ladder.ts). */
  told?: Record<Period, readonly Told[]>;
}

/** The highest threshold that was told under this cap. */
export interface Told {
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
  /** Of the ledger's time. */
  at: number;
}

/** What was set over the admin API for a scope, over config's. */
export interface Overrides {
  limits: Partial<Limits>;
  /** A revoked scope is granted nothing more. */
  revoked: boolean;
}

/** Leases up to the number `foldedThrough` are in the sums, and their slots are free. `foldedAt` is also set by a correction; the ledger's time never goes behind it. */
export interface Mark {
  foldedThrough: number;
  foldedAt: number;
}

/** Who changed what, when. `from` and `to` as JSON would show them. */
export interface HistoryEntry {
  at: number;
  who: string;
  scope: Scope;
  /** A limit's name, `revoked`, or `spent` with its period, such as `spent 2026-11`. */
  field: string;
  from: number | boolean | null;
  to: number | boolean | null;
}

/** All that a ledger needs to begin: rows of the running work. Scopes are read one by one, when they are asked for. */
export interface Loaded {
  mark: Mark | undefined;
  leases: readonly Lease[];
}

/** The rows of one scope: a ledger that wakes needs the newest month alone. */
export interface StoredScope {
  newest: Sums | undefined;
  /** Reads the row of an earlier month. */
  earlier(month: Month): Sums | undefined;
  overrides: Overrides | undefined;
}

/** Reads the rows of one scope, at once: nothing may come between reading and deciding. */
export type ReadScope = (scope: Scope) => StoredScope;

/** What a turn changed: to be written in one transaction, or, where that fails, forgotten with the memory that holds it. */
export interface Changes {
  leases: ReadonlySet<{ readonly lease: Lease }>;
  /** Slots beyond this one are free and not needed: their pages may go. */
  lastSlotKept: number | undefined;
  sums: ReadonlySet<Sums>;
  mark: Mark | undefined;
  overrides: ReadonlyMap<Scope, Overrides>;
  history: readonly HistoryEntry[];
  /** In their order, for the outbox. */
  crossings: readonly Crossing[];
  /** Sums of earlier months may go. */
  purgeBefore: Month | undefined;
}
