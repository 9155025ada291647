import type { Crossing } from '../ledger/book/rows.ts';

/** A threshold that one of a tenant's scopes has crossed. */
export interface BudgetAlert extends Crossing {
  tenant: string;
}

/** A repetition has the same name; an alert after a reset or under another cap has another. */
export const nameOf = ({ tenant, scope, period, percent, capMicroUsd, at }: BudgetAlert): string =>
  [tenant, scope, period, percent, capMicroUsd, at].join('\n');

/** One call of a webhook. `status` null: no reply came. */
export interface Attempt {
  ok: boolean;
  status: number | null;
  ms: number;
  /** What went wrong. Never contains the address. */
  error: string | null;
  retryAfterMs: number | null;
}

/** A webhook as operators see it: by the name of its variable, never its address. */
export interface HookView {
  hook: string;
  format: 'slack' | 'json' | null;
  /** Why nothing can be sent: a variable is missing or wrong, or config no longer has the webhook. */
  problem: string | null;
  waiting: number;
  /** Alerts given up so far. */
  lost: number;
  failures: number;
  nextTryAt: number | null;
  lastError: string | null;
}

/** An alert as operators see it, with its deliveries. */
export interface AlertView extends BudgetAlert {
  /** `webhook-id`, by which a receiver recognizes repetitions. */
  id: string;
  deliveries: { hook: string; state: DeliveryState; at: number | null; detail: string | null }[];
}

/** `lost`: given up. */
export type DeliveryState = 'waiting' | 'sent' | 'lost';
