/** Which notices a webhook is sent. */
import type { Ladder } from '../ledger/book/state.ts';
import { isEnding, type Notice, type Severity } from './notice.ts';

/** A tenant's alerts: at which thresholds they are sent, and to which webhooks. */
export interface AlertPolicy {
  ladder: Ladder;
  hooks: readonly Hook[];
}

/** Slack's incoming webhooks, signed JSON, and PagerDuty's Events API v2. */
export const HOOK_FORMATS = ['slack', 'json', 'pagerduty'] as const;
/** The format of what a webhook is sent. */
export type HookFormat = (typeof HOOK_FORMATS)[number];

/** A webhook. Its address and secret are credentials, so it is shown by its name. */
export interface Hook {
  /** The name of the variable that holds the address or, for PagerDuty, the routing key. */
  name: string;
  format: HookFormat;
  url: string;
  /** Base64 for `json`, the routing key for `pagerduty`, empty for Slack. */
  secret: string;
  severities: readonly Severity[];
  /** Why nothing can be sent, such as `SLACK_WEBHOOK_URL is not set`. Undefined if it can be sent. */
  problem: string | undefined;
}

/**
 * Whether a webhook gets a notice. PagerDuty gets every ending, because it resolves what any severity has opened, and ignores
 * endings of what it does not know.
 */
export function receivesNotice({ format, severities }: Hook, { severity, type }: Notice): boolean {
  if (format === 'pagerduty' && isEnding(type)) return true;
  // No later notice would resolve the incident that it opens.
  if (format === 'pagerduty' && type === 'maintenance.announced') return false;
  return severities.includes(severity);
}
