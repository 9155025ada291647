/** Which promises about shares of requests are broken right now: plain thresholds of `success`, `ttft` and `latency`. */
import { isAbout, type OwnAlertRule } from '../alert-rule.ts';
import type { Tally } from '../book/series.ts';
import type { Objective } from '../slo.ts';
import { tallyOf, totalOf } from '../tally.ts';
import { affectedTenants, failingDeployment, tenantsText } from './affected.ts';
import type { Condition, WatchInput } from './condition.ts';
import { MEASURED_MS, thresholdName } from './threshold.ts';
import { badRequestsText, lengthText, percentText, promiseText } from './words.ts';

/** The conditions of each objective, and of each tenant within it. `tenants` are those with series of their own in the book. */
export function shareConditions(watched: WatchInput, tenants: readonly string[], now: number): Condition[] {
  return watched.slo.objectives.flatMap((objective) => {
    const rules = watched.slo.alerts.filter(({ sli }) => sli === objective.sli.kind);
    if (objective.alerts?.length === 0 || (objective.alerts === null && rules.length === 0)) return [];
    const rulesFor = (tenant: string | null): readonly OwnAlertRule[] =>
      objective.alerts ?? rules.filter((rule) => isAbout(rule, objective.feature, tenant));
    const own = conditionsFor(objective, objective.tenant, rulesFor(objective.tenant), watched, now);
    if (objective.tenant !== null || objective.of.length > 0) return own;
    const covered = new Set(own.map(({ name }) => name));
    return [
      ...own,
      ...tenants.flatMap((tenant) =>
        conditionsFor(objective, tenant, rulesFor(tenant), watched, now).map((condition) => ({
          ...condition,
          isCovered: covered.has(condition.name.slice(0, condition.name.lastIndexOf('/tenant:'))),
        })),
      ),
    ];
  });
}

function conditionsFor(
  objective: Objective,
  tenant: string | null,
  rules: readonly OwnAlertRule[],
  watched: WatchInput,
  now: number,
): Condition[] {
  if (rules.length === 0) return [];
  const { book, slo } = watched;
  const counts = tallyOf(objective, book, slo, { tenant, feature: objective.feature }, (series, key) =>
    series.goodAndBad(key, MEASURED_MS, now),
  );
  if (counts.bad < slo.minErrors) return [];
  const goodPercent = (100 * counts.good) / totalOf(counts);
  return rules
    .filter(({ limit }) => goodPercent < (limit ?? objective.target))
    .map((rule) => conditionOf(objective, tenant, rule, counts, watched, now));
}

function conditionOf(
  objective: Objective,
  tenant: string | null,
  rule: OwnAlertRule,
  counts: Tally,
  { book }: WatchInput,
  now: number,
): Condition {
  const { sli, feature, target } = objective;
  const name = thresholdName(objective.name, rule, tenant === objective.tenant ? null : tenant);
  const whose = promiseText(objective, tenant);
  const limit = rule.limit ?? target;
  const missed = limit === target ? `its target of ${target} %` : `${limit} %`;
  return {
    ...{
      name,
      group: name,
      type: 'slo.threshold',
      severity: rule.severity,
      objective: objective.name,
      feature,
      tenant,
    },
    ...{ burnRate: null, forMs: rule.forMs, isCovered: false },
    endText: `${whose} keeps ${missed} again.`,
    tell: () => {
      const badShare = counts.bad / totalOf(counts);
      const tenants = tenant === null ? affectedTenants(objective, book, MEASURED_MS, now) : [tenant];
      const deployment = sli.kind === 'success' && tenant === null ? failingDeployment(book, MEASURED_MS, now) : null;
      return {
        text: [
          `${whose} misses ${missed}: over the last ${lengthText(MEASURED_MS)} ${percentText(badShare)} of ${badRequestsText(sli)}`,
          deployment === null ? '' : `, most at deployment ${deployment}`,
          tenant !== null || tenants.length === 0 ? '.' : `. It touches ${tenantsText(tenants)}.`,
        ].join(''),
        data: {
          ...{ sli: sli.kind, target, threshold: limit, value: 100 - 100 * badShare, badShare, tenants, deployment },
          ...{ bad: Math.round(counts.bad), total: Math.round(totalOf(counts)), forMs: rule.forMs },
        },
      };
    },
  };
}
