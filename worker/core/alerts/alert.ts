import type { Crossing } from '../ledger/book/rows.ts';

/** A threshold that one of a tenant's scopes has crossed. */
export interface BudgetAlert extends Crossing {
  tenant: string;
}

/** The same for a repetition, another for whatever comes again after a reset or under another cap. */
export const nameOf = ({ tenant, scope, period, percent, capMicroUsd, at }: BudgetAlert): string =>
  [tenant, scope, period, percent, capMicroUsd, at].join('\n');

/** One attempt to tell a webhook. `status`: null where no answer came. */
export interface Attempt {
  ok: boolean;
  status: number | null;
  ms: number;
  /** What went wrong, without the address. */
  error: string | null;
  retryAfterMs: number | null;
}

/** What an operator sees of a webhook: its variable's name, never its address. */
export interface HookView {
  hook: string;
  format: 'slack' | 'json' | null;
  /** Why nothing can be sent: a variable that is missing or wrong, or the webhook is no longer in the config. */
  problem: string | null;
  waiting: number;
  /** Given up, since the beginning. */
  lost: number;
  failures: number;
  nextTryAt: number | null;
  lastError: string | null;
}

export interface AlertView extends BudgetAlert {
  /** `webhook-id`, by which a receiver knows repetitions. */
  id: string;
  deliveries: { hook: string; state: DeliveryState; at: number | null; detail: string | null }[];
}

export type DeliveryState = 'waiting' | 'sent' | 'lost';
