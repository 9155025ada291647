/**
 * When an alert about a promise or a limit is sent, as people write it. The build reports fields that contradict each other
 * (slo-alerts-contradictions.ts).
 */
import * as z from 'zod/mini';
import { SEVERITIES } from '../alerts/notice.ts';
import { ALERT_SLIS } from '../slo/alert-rule.ts';
import { count, duration, settings } from './settings.ts';

const OF = 'write "all", "feature=*", "tenant=*", or one by its name, such as "feature=chat"';
const severity = z.enum(SEVERITIES, { error: `write one of ${SEVERITIES.join(', ')}` });
const percent = z
  .number()
  .check(z.positive('write a percentage above 0'), z.maximum(100, 'write a percentage up to 100'));
/** Conditions are checked once a minute, so a minute is the shortest time. */
const lasting = duration('1m', '1d');

/** A plain threshold. */
export const sloAlert = settings({
  sli: z.enum(ALERT_SLIS, { error: `write one of ${ALERT_SLIS.join(', ')}` }),
  /** Defaults to the whole service, every feature and every tenant. */
  of: z.optional(z.string().check(z.regex(/^(all|(feature|tenant)=.{1,200})$/, OF))),
  /** Percent. Defaults to the target. */
  below: z.optional(percent),
  /** Defaults to what is promised. */
  above: z.optional(
    z.number().check(z.positive('write a number above 0'), z.maximum(1e6, 'write a number up to a million')),
  ),
  byDay: z.optional(count(1, 31)),
  for: z.optional(lasting),
  severity,
});

/** A plain threshold of one objective. */
export const ownSloAlert = settings({ below: z.optional(percent), for: lasting, severity });

/** A plain threshold as the schema lets it pass. */
export type SloAlertInput = z.output<typeof sloAlert>;
