/** Plain thresholds. They send an alert even if no error budget burns too fast, or if there is no error budget. */
import type { Severity } from '../alerts/notice.ts';

/** What a threshold can measure; docs/slo.md says what each means. */
export const ALERT_SLIS = [
  ...(['success', 'ttft', 'latency', 'cost'] as const),
  ...(['spend', 'throughput', 'rate', 'rejected', 'no_data'] as const),
] as const;
/** One thing that a threshold can measure. */
export type AlertSli = (typeof ALERT_SLIS)[number];

/** A threshold that one line of config sets for many features or tenants. */
export interface AlertRule {
  sli: AlertSli;
  /** Which requests the rule is about: `all`, `feature=*`, `feature=NAME`, `tenant=*` or `tenant=NAME`. Null for all of these. */
  of: string | null;
  /** In percent, but in USD for `cost`, and a factor for `rejected`. If null, the promise's own limit applies. */
  limit: number | null;
  /** How long the condition must hold before the alert fires. */
  forMs: number;
  severity: Severity;
  /** The last day of the month on which a `spend` rule fires. */
  byDay: number;
}

/** A threshold of a single objective. */
export type OwnAlertRule = Pick<AlertRule, 'limit' | 'forMs' | 'severity'>;

/** Whether a rule is about these requests. A `feature` or a `tenant` of null stands for all of them. */
export function isAbout({ of }: AlertRule, feature: string | null, tenant: string | null): boolean {
  if (of === null) return true;
  if (of === 'all') return feature === null && tenant === null;
  const [kind, name] = [of.slice(0, of.indexOf('=')), of.slice(of.indexOf('=') + 1)];
  const own = kind === 'tenant' ? tenant : tenant === null ? feature : null;
  return own !== null && (name === '*' || name === own);
}
