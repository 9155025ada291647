/** Which rate limits are nearly used up. */
import { isAbout } from '../alert-rule.ts';
import { OTHER } from '../book/tenants.ts';
import { limitsOf, rateSaturation } from '../metrics/rate-saturation.ts';
import type { Condition, WatchInput } from './condition.ts';
import { thresholdName } from './threshold.ts';
import { percentText } from './words.ts';

const OF_TENANT = /^tenant:([^|]+)(?:\|feature:(.+))?$/;

/** Rate limits of which more than a rule's percentage was used in the last minute. */
export function rateConditions({ book, slo, limits }: WatchInput, now: number): Condition[] {
  const rules = slo.alerts.filter(({ sli }) => sli === 'rate');
  if (rules.length === 0) return [];
  return rateSaturation(book, limits, now).flatMap(([[series = ''], share]) => {
    const [, tenant = '', feature = null] = OF_TENANT.exec(series) ?? [];
    // `other` stands for many tenants, each with a rate of its own.
    if (tenant === OTHER) return [];
    const rps = limitsOf(limits, tenant, feature).rps ?? 0;
    return rules.flatMap((rule) => {
      // If a limit allows only a few requests a minute, every request is a large part of it.
      const isSmall = share * rps * 60 < slo.minErrors;
      if (!isAbout(rule, feature, tenant) || share * 100 <= (rule.limit ?? 100) || isSmall) return [];
      const name = thresholdName(feature === null ? 'rate' : `rate/feature:${feature}`, rule, tenant);
      const whose = feature === null ? `Tenant ${tenant}` : `Tenant ${tenant} with feature ${feature}`;
      return [
        {
          ...{ name, group: name, type: 'slo.threshold', severity: rule.severity, objective: null, feature, tenant },
          ...{ burnRate: null, forMs: rule.forMs, isCovered: false },
          endText: `${whose} uses at most ${rule.limit} % of its rate limit again.`,
          tell: () => ({
            text: `${whose} uses ${percentText(share)} of its rate limit of ${rps} requests a second.`,
            data: { sli: 'rate', threshold: rule.limit, value: share * 100, rps, forMs: rule.forMs },
          }),
        } satisfies Condition,
      ];
    });
  });
}
