/** Plain thresholds: what sends an alert although no error budget burns too fast, or where there is none. */
import type { Severity } from '../alerts/notice.ts';

/** What a threshold can measure; docs/slo.md says what each means. */
export const ALERT_SLIS = [
  ...(['success', 'ttft', 'latency', 'cost'] as const),
  ...(['spend', 'throughput', 'rate', 'rejected', 'no_data'] as const),
] as const;
/** One of them. */
export type AlertSli = (typeof ALERT_SLIS)[number];

/** A threshold that one line of config sets for many features or tenants. */
export interface AlertRule {
  sli: AlertSli;
  /** `all`, `feature=*`, `feature=NAME`, `tenant=*` or `tenant=NAME`; null: all of these. */
  of: string | null;
  /** In percent; for `cost` in USD, for `rejected` a factor. Null: what is promised. */
  limit: number | null;
  /** How long the condition must hold before the alert fires. */
  forMs: number;
  severity: Severity;
  /** For `spend`: the last day of the month on which it fires. */
  byDay: number;
}

/** A threshold of a single objective. */
export type OwnAlertRule = Pick<AlertRule, 'limit' | 'forMs' | 'severity'>;

/** Whether a rule is about these requests; null: all features, all tenants. */
export function isAbout({ of }: AlertRule, feature: string | null, tenant: string | null): boolean {
  if (of === null) return true;
  if (of === 'all') return feature === null && tenant === null;
  const [kind, name] = [of.slice(0, of.indexOf('=')), of.slice(of.indexOf('=') + 1)];
  const own = kind === 'tenant' ? tenant : tenant === null ? feature : null;
  return own !== null && (name === '*' || name === own);
}
