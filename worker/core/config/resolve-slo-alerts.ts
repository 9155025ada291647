/** Plain thresholds in the form that the watch takes. */
import type { AlertRule, AlertSli } from '../slo/alert-rule.ts';
import type { SloAlertInput } from './slo-alerts-schema.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

/** The thresholds of a config without `slo.alerts`. */
const DEFAULT_SLO_ALERTS: readonly SloAlertInput[] = [
  { sli: 'success', for: 5 * MINUTE_MS, severity: 'page' },
  { sli: 'success', for: HOUR_MS, severity: 'incident' },
  { sli: 'ttft', for: 15 * MINUTE_MS, severity: 'page' },
  { sli: 'latency', for: 15 * MINUTE_MS, severity: 'page' },
  { sli: 'cost', for: 15 * MINUTE_MS, severity: 'page' },
  { sli: 'spend', above: 80, byDay: 20, severity: 'ticket' },
  { sli: 'throughput', below: 70, for: 10 * MINUTE_MS, severity: 'ticket' },
  { sli: 'rate', above: 90, for: 5 * MINUTE_MS, severity: 'note' },
  { sli: 'rejected', above: 3, for: 10 * MINUTE_MS, severity: 'ticket' },
  { sli: 'no_data', severity: 'note' },
];

/** The default limits of alerts that compare with no promise. */
const LIMITS: Partial<Record<AlertSli, number>> = { spend: 80, throughput: 70, rate: 90, rejected: 3 };

/** `written` are config's thresholds, if it has some. */
export const resolvedAlerts = (written: readonly SloAlertInput[] = DEFAULT_SLO_ALERTS): AlertRule[] =>
  written.map(({ sli, of = null, below, above, byDay = 31, for: forMs = 0, severity }) => ({
    ...{ sli, of, byDay, forMs, severity },
    limit: below ?? above ?? LIMITS[sli] ?? null,
  }));
