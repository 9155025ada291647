/** The ledger's memory as data: what `book.ts` loads and changes, and what the rules read. */
import type { Day } from '../time.ts';
import type { Limits, Scope } from '../types.ts';
import type { Account } from './account.ts';
import type { Lease, LeaseStatus } from './lease.ts';
import type { Changes, Crossing, HistoryEntry, Mark, Overrides, ReadScope, Sums } from './rows.ts';
import type { Wheel } from './wheel.ts';

/** A lease that is not folded, and how it is counted at the moment. */
export interface LiveLease {
  lease: Lease;
  day: Day;
  status: LeaseStatus;
  /** True if the row may be folded, and no report changes it any more. */
  isRipe: boolean;
  /** True if the lease is a slice that may hold what none of its requests uses. */
  mayAdmit: boolean;
  dueAt: number;
}

/** What a turn has changed so far and must write. */
export interface PendingChanges extends Changes {
  leases: Set<LiveLease>;
  sums: Set<Sums>;
  overrides: Map<Scope, Overrides>;
  history: HistoryEntry[];
  crossings: Crossing[];
}

/** Returns the limits of a scope in config. It returns none for a key, because only an ask names the tier of its key. */
export type LimitsOf = (scope: Scope) => Partial<Limits>;

/** All that a ledger has in memory. */
export interface Book {
  read: ReadScope;
  ladder: Ladder;
  configured: LimitsOf;
  mark: Mark;
  nextNumber: number;
  nextSlot: number;
  /** In descending order. The lowest is taken first, so that the last pages become empty after a rush. */
  freeSlots: number[];
  latestGrantedAt: number;
  /** Leases by id, in the order of their numbers. */
  leases: Map<string, LiveLease>;
  accounts: Map<Scope, Account>;
  wheel: Wheel<LiveLease>;
  ripe: number;
  /** How many leases must be ripe before a fold is tried again (`fold.ts`). */
  foldAgainAt: number;
  /** How many accounts there may be before those without leases are forgotten. */
  forgetAccountsAt: number;
  /** The time for which the counts are true. */
  countedAt: number;
  noted: PendingChanges;
}

/** When spending is reported and when the safeguard takes over, in percent of a cap. */
export interface Ladder {
  /** Ascending. */
  thresholds: readonly number[];
  /** Kinds of scopes that are reported. Undefined if all are. */
  scopes?: readonly string[] | undefined;
  /** From here on, a request with a safeguard is served by it. 100 means only if nothing else fits. */
  safeguardAt: number;
}
