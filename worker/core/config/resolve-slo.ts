/** What a config without `slo` promises, and what one with it does. */
import type { Slo } from '../slo/slo.ts';

const DAY_MS = 86_400_000;
const WINDOW_MS = 30 * DAY_MS;

/** For each feature: 99.5 % answered, 95 % of first tokens within 2.5 s, $0.015 a request on average; over 30 days. */
export function resolveSlo(names: readonly string[]): Slo {
  const common = { tenant: null, windowMs: WINDOW_MS, why: null, team: null, of: [], countsInSlo: false };
  return {
    service: 'Carryon',
    contact: null,
    retentionDays: 400,
    reviewEveryDays: 30,
    objectives: names.flatMap((feature) => [
      { ...common, name: `${feature}-success`, feature, sli: { kind: 'success' }, target: 99.5, promised: 99.5 },
      { ...common, name: `${feature}-ttft`, feature, sli: { kind: 'ttft', underMs: 2_500 }, target: 95, promised: 95 },
    ]),
    averages: names.map((feature) => ({
      ...{ name: `${feature}-cost`, feature, averageMicroUsd: 15_000, windowMs: WINDOW_MS },
    })),
    classes: new Map(),
    publicNames: new Set(),
    showCounts: false,
    staleIs: 'good',
    minErrors: 5,
    noDataAfterMs: 2 * 3_600_000,
    maintenance: { mostMinutes: 60, perQuarter: 2, noticeHours: 48, windows: [] },
    credits: [],
  };
}
