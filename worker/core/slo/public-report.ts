/** What everybody may see of a report. */
import { errorBudget } from './burn-alerts.ts';
import type { Evaluation } from './evaluate.ts';
import type { SloReport } from './report.ts';
import type { Slo } from './slo.ts';

type PublicSettings = Pick<Slo, 'publicNames' | 'showCounts'>;

/**
 * The promises that config calls public, as shares; numbers of requests only with `showCounts`. `asked`: a feature, null for
 * all; those that hold for all features stay as they are.
 */
export function publicReport(report: SloReport, asked: string | null, { publicNames, showCounts }: PublicSettings) {
  const { percentiles: _, objectives, averages, ...rest } = report;
  const isShown = ({ name, feature }: { name: string; feature: string | null }): boolean =>
    publicNames.has(name) && (asked === null || feature === null || feature === asked);
  return {
    ...rest,
    objectives: objectives.filter(isShown).map((one) => publicEvaluation(one, showCounts)),
    averages: averages.filter(isShown).map(({ total, ...average }) => ({ ...average, ...(showCounts && { total }) })),
  };
}

function publicEvaluation(evaluation: Evaluation, showCounts: boolean) {
  const { good, total, excluded, month, budget, tenant: _, ...shares } = evaluation;
  const { target, value } = evaluation;
  const allowed = errorBudget(target);
  const spent = value === null ? 0 : rounded(1 - value);
  const { good: monthGood, total: monthTotal, excluded: monthExcluded, ...monthShares } = month;
  return {
    ...shares,
    ...(showCounts && { good, total, excluded }),
    budget: { allowed, spent, remaining: rounded(allowed - spent), outageMinutes: budget.outageMinutes },
    month: {
      ...monthShares,
      ...(showCounts && { good: monthGood, total: monthTotal, excluded: monthExcluded }),
    },
  };
}

const rounded = (share: number): number => Math.round(share * 1e8) / 1e8;
