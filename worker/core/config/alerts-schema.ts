/** Who hears about a budget before it ends, and when, as people write it. A tenant's own settings override these field by field. */
import * as z from 'zod/mini';
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

const webhook = settings({
  /** Names of the variables that hold its address and, for `json`, the secret that signs. */
  url: variable('ALERTS_SLACK_URL'),
  format: z.enum(['slack', 'json'], { error: 'write "slack" or "json"' }),
  secret: z.optional(variable('ALERTS_SECRET')),
}).check(
  z.superRefine(({ format, secret }, context) => {
    if (format === 'json' && secret === undefined) {
      const message = 'is missing: what is sent is signed; write the NAME of the variable that holds the secret';
      context.addIssue({ code: 'custom', path: ['secret'], message });
    }
    if (format === 'slack' && secret !== undefined) {
      const message = 'Slack knows no signatures: its URL is the secret; leave it out';
      context.addIssue({ code: 'custom', path: ['secret'], message });
    }
  }),
);

/** Config's `alerts` section, and a tenant's. */
export const alerts = settings({
  /** Percent of a cap; each is reported once per scope and period. */
  thresholds: z.optional(thresholds),
  /** The scopes that are watched. Left out: all but users. */
  scopes: z.optional(z.array(z.enum(KINDS, { error: `write some of ${KINDS.join(', ')}` }))),
  webhooks: z.optional(
    z.array(webhook).check(
      z.maxLength(10, 'write at most 10 webhooks'),
      z.refine((all) => new Set(all.map(({ url }) => url)).size === all.length, { error: 'a variable is named twice' }),
    ),
  ),
  /** From this percentage of any cap on, the safeguard serves features with `onExceed: 'degrade'`. 100: never for this reason. */
  safeguardAt: z.optional(percent),
});

/** Alerts as the schema lets them pass. */
export type AlertsInput = z.output<typeof alerts>;
