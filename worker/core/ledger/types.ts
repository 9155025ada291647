/** The ledger's words (docs/ledger.md): plain data, money in whole micro-USD, times in epoch milliseconds of the ledger's clock. */

/** What an amount counts for. Requests without a user share `anonymous`, and so its limits. */
export type Scope = 'tenant' | 'anonymous' | `user:${string}` | `feature:${string}` | `key:${string}`;

/** `safeguard`: the cheaper alias and smaller context that serve when a budget is nearly spent. */
export type Mode = 'normal' | 'safeguard';

/**
 * The limits of a scope. Null means that there is no limit. `burst` is the whole bucket that `rps` fills: by default a second's
 * worth, and at least one request. Without `rps` it limits nothing.
 */
export interface Limits {
  monthlyMicroUsd: number | null;
  dailyMicroUsd: number | null;
  rps: number | null;
  burst: number | null;
  tpm: number | null;
  parallel: number | null;
}

/** The kinds of limits. */
export type LimitName = 'monthly' | 'daily' | 'rps' | 'tpm' | 'parallel';

/** What a lease may use. The same amount counts in each of its scopes. */
export interface Amount {
  microUsd: number;
  tokens: number;
  requests: number;
  parallel: number;
}

/** What was used. */
export interface Spent {
  microUsd: number;
  tokens: number;
}

/** Nothing was used. */
export const NOTHING_SPENT: Spent = { microUsd: 0, tokens: 0 };

/** What is given back, or set aside. Rate is never given back (ledger rule 25). */
export interface Freed {
  microUsd: number;
  tokens: number;
  parallel: number;
}

/** Money of one scope and period. `unsettled` is part of `spent`. */
export interface MoneyFigures {
  spentMicroUsd: number;
  heldMicroUsd: number;
  unsettledMicroUsd: number;
}

/** A scope without any limit. */
export const NO_LIMITS: Limits = {
  monthlyMicroUsd: null,
  dailyMicroUsd: null,
  rps: null,
  burst: null,
  tpm: null,
  parallel: null,
};
