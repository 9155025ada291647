/** The ledger's words (docs/ledger.md): plain data, money in whole micro-USD, times in epoch milliseconds of the ledger's clock. */

/** Who or what an amount counts for. Requests of nobody in particular share `anonymous`, so that they share its limits. */
export type Scope = 'tenant' | 'anonymous' | `user:${string}` | `feature:${string}` | `key:${string}`;

/** `safeguard`: the cheaper alias and smaller context of a budget that is nearly spent. */
export type Mode = 'normal' | 'safeguard';

/**
 * What may be asked of a scope; null is no limit. `burst` is the whole bucket that `rps` fills: without it a second's worth, and
 * at least one request; without `rps` it limits nothing.
 */
export interface Limits {
  monthlyMicroUsd: number | null;
  dailyMicroUsd: number | null;
  rps: number | null;
  burst: number | null;
  tpm: number | null;
  parallel: number | null;
}

export type LimitName = 'monthly' | 'daily' | 'rps' | 'tpm' | 'parallel';

/** One amount counts in every scope of its lease. */
export interface Amount {
  microUsd: number;
  tokens: number;
  requests: number;
  parallel: number;
}

export interface Spent {
  microUsd: number;
  tokens: number;
}

export const NOTHING_SPENT: Spent = { microUsd: 0, tokens: 0 };

export interface Freed {
  microUsd: number;
  tokens: number;
  parallel: number;
}

/** One amount of money in its three parts; `unsettled` is part of `spent`. */
export interface Figures {
  spentMicroUsd: number;
  heldMicroUsd: number;
  unsettledMicroUsd: number;
}

export const NO_LIMITS: Limits = {
  monthlyMicroUsd: null,
  dailyMicroUsd: null,
  rps: null,
  burst: null,
  tpm: null,
  parallel: null,
};
