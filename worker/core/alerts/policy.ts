/** Which alerts are sent, and where. */
import type { Ladder } from '../ledger/book/state.ts';

/** A tenant's alerts: at which thresholds, and to which webhooks. */
export interface AlertPolicy {
  ladder: Ladder;
  hooks: readonly Hook[];
}

/** A webhook. Its address and secret are credentials, so it is shown by its name. */
export interface Hook {
  /** The name of the variable that holds the address. */
  name: string;
  format: 'slack' | 'json';
  url: string;
  /** Base64; empty for Slack. */
  secret: string;
  /** Why nothing can be sent, such as `SLACK_WEBHOOK_URL is not set`. */
  problem: string | undefined;
}
