/** What the public may see of a report. */
import { durationMs } from '../config/duration.ts';
import type { DrillRecord } from '../operators/drill.ts';
import { errorBudget } from './burn-alerts.ts';
import { publicIncident } from './public-incident.ts';
import type { ReportedObjective, SloReport } from './report.ts';
import type { Slo } from './slo.ts';

type PublicSettings = Pick<Slo, 'objectives' | 'averages' | 'publicNames' | 'showCounts'>;

/** A drill as the public may see it. Times are epoch milliseconds. */
export interface PublicDrill {
  from: number;
  to: number;
  /** Null for a drill on all features, or on one without a public promise. */
  feature: string | null;
}

/**
 * The promises that config calls public, as shares. Numbers of requests are shown only with `showCounts`. `asked` is the feature
 * to narrow the report to, or null for all. Promises about all features are shown in any case.
 */
export function publicReport(
  report: SloReport,
  asked: string | null,
  slo: PublicSettings,
  drills: readonly DrillRecord[] = [],
) {
  const { publicNames, showCounts } = slo;
  const { percentiles: _, lost: __, dropped: ___, objectives, averages, incidents, ...rest } = report;
  const publicFeatures = new Set(
    [...objectives, ...averages].flatMap((one) => (publicNames.has(one.name) ? (one.feature ?? []) : [])),
  );
  const isShown = ({ name, feature }: { name: string; feature: string | null }): boolean =>
    publicNames.has(name) && (asked === null || feature === null || feature === asked);
  return {
    ...rest,
    incidents: incidents
      .map((one) => publicIncident(one, slo))
      .filter((one) => one !== undefined)
      .filter(({ feature }) => asked === null || feature === null || feature === asked),
    drills: drills
      .map(({ startedAt, until, feature }): PublicDrill => {
        const isNamed = feature !== null && publicFeatures.has(feature);
        return { from: startedAt, to: until, feature: isNamed ? feature : null };
      })
      .filter(({ feature }) => asked === null || feature === null || feature === asked),
    objectives: objectives.filter(isShown).map((one) => {
      const shares = publicShares(showCounts ? one : rounded(one, report.at), showCounts);
      const isPublic = (name: string): boolean => publicNames.has(name);
      return {
        ...shares,
        of: one.of.filter(isPublic),
        dependsOn: one.dependsOn.filter(({ objective }) => isPublic(objective)),
        touches: one.touches.filter(isPublic),
      };
    }),
    averages: averages.filter(isShown).map(({ total, ...average }) => ({ ...average, ...(showCounts && { total }) })),
  };
}

function publicShares(evaluation: ReportedObjective, showCounts: boolean) {
  const { good, total, excluded, month, budget, tenant: _, burnAlerts: __, ...shares } = evaluation;
  const { target, value } = evaluation;
  const allowed = errorBudget(target);
  const spent = value === null ? 0 : inSteps(1 - value, 1e-8);
  const { good: monthGood, total: monthTotal, excluded: monthExcluded, ...monthShares } = month;
  return {
    ...shares,
    ...(showCounts && { good, total, excluded }),
    budget: { allowed, spent, remaining: inSteps(allowed - spent, 1e-8), outageMinutes: budget.outageMinutes },
    month: {
      ...monthShares,
      ...(showCounts && { good: monthGood, total: monthTotal, excluded: monthExcluded }),
    },
  };
}

/**
 * With all its digits a ratio would reveal the numbers of requests (0.98734177… is 78 of 79), so shares are given in steps of a
 * hundredth of the error budget.
 */
function rounded(evaluation: ReportedObjective, at: number): ReportedObjective {
  const { target, value, window, errorBudgetRemaining, burnRates, budget, exhaustsAt, month } = evaluation;
  const allowed = errorBudget(target);
  const windowMs = durationMs(window) ?? 0;
  const remaining = nullOr(errorBudgetRemaining, hundredths);
  const rates = Object.fromEntries(Object.entries(burnRates).map(([name, rate]) => [name, nullOr(rate, hundredths)]));
  const step = Math.min(allowed || 1, 0.01) / 100;
  // Rounded down, so that a promise that is just broken does not look kept.
  const ratio = (share: number): number => inSteps(1 - Math.ceil((1 - share) / step - 1e-6) * step, 1e-8);
  const untilExhausted = ((remaining ?? 0) * windowMs) / (rates['1h'] || 1);
  return {
    ...evaluation,
    value: nullOr(value, ratio),
    errorBudgetRemaining: remaining,
    burnRates: rates as ReportedObjective['burnRates'],
    budget: { ...budget, outageMinutes: hundredths((Math.max(0, remaining ?? 1) * allowed * windowMs) / 60_000) },
    exhaustsAt: nullOr(exhaustsAt, () => Math.round(at + untilExhausted)),
    month: { ...month, value: nullOr(month.value, ratio), budgetSpent: nullOr(month.budgetSpent, hundredths) },
  };
}

const nullOr = (value: number | null, change: (value: number) => number): number | null =>
  value === null ? null : change(value);
const hundredths = (value: number): number => inSteps(value, 0.01);
/** Rounds to whole steps, without the noise of binary fractions. */
const inSteps = (value: number, step: number): number => Math.round(Math.round(value / step) * step * 1e8) / 1e8;
