/** Notices as operators see them, and the webhooks on their way. */
import type { Notice, Severity } from './notice.ts';
import type { HookFormat } from './policy.ts';

/** One call of a webhook. `status` is null if no reply came. */
export interface Attempt {
  ok: boolean;
  status: number | null;
  ms: number;
  /** What went wrong. Never contains the address or the routing key. */
  error: string | null;
  retryAfterMs: number | null;
  /** Set if the receiver works but will never take this message, so repeating it is useless. */
  isRefused?: true;
}

/** A webhook as operators see it. It is shown by the name of its variable, never by its address. */
export interface HookView {
  hook: string;
  format: HookFormat | null;
  /** The severities that it is sent. Empty if config no longer has the webhook. */
  severities: readonly Severity[];
  /** Why nothing can be sent: a variable is missing or wrong, or config no longer has the webhook. Null if it can be sent. */
  problem: string | null;
  waiting: number;
  /** How many alerts were given up so far. */
  lost: number;
  failures: number;
  nextTryAt: number | null;
  lastError: string | null;
}

/** A notice as operators see it, with its deliveries. */
export interface AlertView extends Notice {
  /** `webhook-id`, by which a receiver recognizes repetitions. */
  id: string;
  deliveries: { hook: string; state: DeliveryState; at: number | null; detail: string | null }[];
}

/** The state of one delivery. It is `lost` if it was given up. */
export type DeliveryState = 'waiting' | 'sent' | 'lost';
