/** Notices as operators see them, and the webhooks on their way. */
import type { Notice, Severity } from './notice.ts';
import type { HookFormat } from './policy.ts';

/** One call of a webhook. `status` null: no reply came. */
export interface Attempt {
  ok: boolean;
  status: number | null;
  ms: number;
  /** What went wrong. Never contains the address or the routing key. */
  error: string | null;
  retryAfterMs: number | null;
  /** The receiver works and will never take this message, so a repetition is of no use. */
  isRefused?: true;
}

/** A webhook as operators see it: by the name of its variable, never its address. */
export interface HookView {
  hook: string;
  format: HookFormat | null;
  /** What it is sent; empty where config no longer has it. */
  severities: readonly Severity[];
  /** Why nothing can be sent: a variable is missing or wrong, or config no longer has the webhook. */
  problem: string | null;
  waiting: number;
  /** Alerts given up so far. */
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

/** `lost`: given up. */
export type DeliveryState = 'waiting' | 'sent' | 'lost';
