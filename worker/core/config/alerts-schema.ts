/**
 * Config's alerts as people write them: which alerts go where, and when a budget is nearly spent. A tenant's own settings
 * override these field by field.
 */
import * as z from 'zod/mini';
import { SEVERITIES } from '../alerts/notice.ts';
import { HOOK_FORMATS } from '../alerts/policy.ts';
import { settings, variable } from './settings.ts';

const percent = z
  .number()
  .check(z.minimum(1, 'write a percentage from 1'), z.maximum(100, 'write a percentage up to 100'));

const thresholds = z.array(percent).check(
  z.maxLength(10, 'write at most 10 thresholds'),
  z.refine((all) => all.every((one, index) => index === 0 || one > (all[index - 1] ?? 0)), {
    error: 'write each percentage once, the lowest first, such as [60, 85, 95]',
  }),
);

const KINDS = ['tenant', 'anonymous', 'user', 'feature', 'key'] as const;

const severities = z.array(z.enum(SEVERITIES, { error: `write some of ${SEVERITIES.join(', ')}` })).check(
  z.minLength(1, 'write at least one severity, or leave it out'),
  z.refine((all) => new Set(all).size === all.length, { error: 'write each severity once' }),
);

const webhook = settings({
  /** Names of the variables that hold the webhook's address, for `json` the secret that signs, and for `pagerduty` the routing key. */
  url: z.optional(variable('ALERTS_SLACK_URL')),
  format: z.enum(HOOK_FORMATS, { error: 'write "slack", "json" or "pagerduty"' }),
  secret: z.optional(variable('ALERTS_SECRET')),
  routingKey: z.optional(variable('PAGERDUTY_ROUTING_KEY')),
  /** The severities of the alerts that are sent to it. */
  severities: z.optional(severities),
}).check(
  z.superRefine(({ format, url, secret, routingKey }, context) => {
    const wrong = (field: string, message: string) => context.addIssue({ code: 'custom', path: [field], message });
    if (format !== 'pagerduty' && url === undefined) {
      wrong('url', 'is missing: write the NAME of the variable that holds the address');
    }
    if (format === 'pagerduty' && routingKey === undefined) {
      wrong('routingKey', 'is missing: write the NAME of the variable that holds the routing key');
    }
    if (format !== 'pagerduty' && routingKey !== undefined) {
      wrong('routingKey', 'only PagerDuty has routing keys; leave it out');
    }
    if (format === 'json' && secret === undefined) {
      wrong('secret', 'is missing: messages are signed; write the NAME of the variable that holds the secret');
    }
    if (format === 'slack' && secret !== undefined) {
      wrong('secret', 'Slack does not check signatures: its URL is the secret; leave it out');
    }
    if (format === 'pagerduty' && secret !== undefined) {
      wrong('secret', 'PagerDuty does not check signatures: its routing key is the secret; leave it out');
    }
  }),
);

/** A webhook as the schema lets it pass. */
export type WebhookInput = z.output<typeof webhook>;

/** The name of the variable that identifies a webhook. */
export const hookName = ({ format, url, routingKey }: WebhookInput): string =>
  (format === 'pagerduty' ? routingKey : url) ?? '';

/** Config's `alerts` section, and a tenant's. */
export const alerts = settings({
  /** Percentages of a cap. Each is reported once per scope and period. */
  thresholds: z.optional(thresholds),
  /** The kinds of scopes that are watched. Defaults to all but users. */
  scopes: z.optional(z.array(z.enum(KINDS, { error: `write some of ${KINDS.join(', ')}` }))),
  webhooks: z.optional(
    z.array(webhook).check(
      z.maxLength(10, 'write at most 10 webhooks'),
      z.refine((all) => new Set(all.map(hookName)).size === all.length, { error: 'a variable is named twice' }),
    ),
  ),
  /** From this percentage of any cap on, the safeguard serves features with `onExceed: 'degrade'`. 100 means never for this reason. */
  safeguardAt: z.optional(percent),
});

/** Alerts as the schema lets them pass. */
export type AlertsInput = z.output<typeof alerts>;
