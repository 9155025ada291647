/** Which requests cost more on average than is promised, and which budgets are nearly spent too early in the month. */

import { monthOf, startOfMonth } from '../../ledger/time.ts';
import { type AlertRule, isAbout } from '../alert-rule.ts';
import { SUCCESS_KEY } from '../book/counted-promises.ts';
import { seriesOf } from '../book/series-names.ts';
import { OTHER } from '../book/tenants.ts';
import { limitsOf } from '../metrics/rate-saturation.ts';
import type { AverageObjective } from '../slo.ts';
import { totalOf } from '../tally.ts';
import { tenantsText } from './affected.ts';
import type { Condition, WatchInput } from './condition.ts';
import { MEASURED_MS, thresholdName } from './threshold.ts';
import type { WatchState } from './watch-state.ts';
import { featureTenantText, lengthText, usdText } from './words.ts';

/** An average over fewer requests than this many times `minErrors` means little, because one long document could cause an alert. */
const LEAST_OF_AVERAGE = 4;

/** Averages that are above what is promised, or above a rule's limit. */
export function costConditions(watched: WatchInput, tenants: readonly string[], now: number): Condition[] {
  const rules = watched.slo.alerts.filter(({ sli }) => sli === 'cost');
  if (rules.length === 0) return [];
  return watched.slo.averages.flatMap((average) => {
    const of = (tenant: string | null) => {
      const about = rules.filter((rule) => isAbout(rule, average.feature, tenant));
      return averageConditions(average, tenant, about, watched, tenants, now);
    };
    const own = of(null);
    const covered = new Set(own.map(({ forMs, severity }) => `${forMs}/${severity}`));
    return [
      ...own,
      ...tenants.flatMap(of).map((one) => ({ ...one, isCovered: covered.has(`${one.forMs}/${one.severity}`) })),
    ];
  });
}

function averageConditions(
  { name: objective, feature, averageMicroUsd }: AverageObjective,
  tenant: string | null,
  rules: readonly AlertRule[],
  { book, slo }: WatchInput,
  tenants: readonly string[],
  now: number,
): Condition[] {
  const series = rules.length === 0 ? undefined : book.series(seriesOf(tenant, feature));
  if (series === undefined) return [];
  const requests = totalOf(series.goodAndBad(SUCCESS_KEY, MEASURED_MS, now));
  if (requests < LEAST_OF_AVERAGE * slo.minErrors) return [];
  const averageUsd = series.cost(MEASURED_MS, now) / requests / 1e6;
  return rules.flatMap((rule) => {
    const limitUsd = rule.limit ?? averageMicroUsd / 1e6;
    if (averageUsd <= limitUsd) return [];
    const name = thresholdName(objective, rule, tenant);
    const whose = `The average cost of ${featureTenantText(feature, tenant)}`;
    return [
      {
        ...{ name, group: name, type: 'slo.threshold', severity: rule.severity, objective, feature, tenant },
        ...{ burnRate: null, forMs: rule.forMs, isCovered: false },
        endText: `${whose} is at most ${usdText(limitUsd)} again.`,
        tell: () => {
          const dearest = tenant === null ? dearestTenants() : [tenant];
          return {
            text: [
              `${whose} is ${usdText(averageUsd)} a request over the last ${lengthText(MEASURED_MS)}, above its limit of ${usdText(limitUsd)}.`,
              tenant !== null || dearest.length === 0 ? '' : ` Most is spent by ${tenantsText(dearest)}.`,
            ].join(''),
            data: {
              ...{ sli: 'cost', target: averageMicroUsd / 1e6, threshold: limitUsd, value: averageUsd },
              ...{ total: Math.round(requests), tenants: dearest, forMs: rule.forMs },
            },
          };
        },
      },
    ];
  });

  function dearestTenants(): string[] {
    const spent = (one: string): number => book.series(seriesOf(one, feature))?.cost(MEASURED_MS, now) ?? 0;
    const all = tenants.map((one) => ({ one, microUsd: spent(one) })).filter(({ microUsd }) => microUsd > 0);
    return all.toSorted((left, right) => right.microUsd - left.microUsd).map(({ one }) => one);
  }
}

const OF_TENANT = /^tenant:([^|]+)(?:\|feature:(.+))?$/;

/** Monthly budgets that are spent above a rule's percentage by its day. A condition that was reported holds until the month ends. */
export function spendConditions({ book, slo, limits }: WatchInput, before: WatchState, now: number): Condition[] {
  const rules = slo.alerts.filter(({ sli }) => sli === 'spend');
  if (rules.length === 0) return [];
  const month = monthOf(now);
  const [from, to] = [startOfMonth(month, 0), startOfMonth(month, 1)];
  const day = new Date(now).getUTCDate();
  return [...book.names].flatMap((series) => {
    const [, tenant, feature = null] = OF_TENANT.exec(series) ?? [];
    // `other` stands for many tenants, each with a budget of its own.
    if (tenant === undefined || tenant === OTHER) return [];
    const capUsd = (limitsOf(limits, tenant, feature).monthlyMicroUsd ?? 0) / 1e6;
    if (capUsd === 0) return [];
    const spentUsd = (book.series(series)?.costOfDays(from, to) ?? 0) / 1e6;
    return rules.flatMap((rule) => {
      const percent = (100 * spentUsd) / capUsd;
      const name = thresholdName(feature === null ? 'spend' : `spend/feature:${feature}`, rule, tenant);
      const isTold = day <= rule.byDay || before.firing[name] !== undefined;
      if (!isAbout(rule, feature, tenant) || percent <= (rule.limit ?? 100) || !isTold) return [];
      const whose = feature === null ? `Tenant ${tenant}` : `Tenant ${tenant} with feature ${feature}`;
      return [
        {
          ...{ name, group: name, type: 'slo.threshold', severity: rule.severity, objective: null, feature, tenant },
          ...{ burnRate: null, forMs: 0, isCovered: false },
          endText: `${whose} has spent at most ${rule.limit} % of the month's budget.`,
          tell: () => ({
            text: `${whose} has spent ${Math.floor(percent)} % of the month's budget by day ${day}: ${usdText(spentUsd)} of ${usdText(capUsd)}.`,
            data: { sli: 'spend', threshold: rule.limit, value: percent, spentUsd, capUsd, month, day },
          }),
        } satisfies Condition,
      ];
    });
  });
}
