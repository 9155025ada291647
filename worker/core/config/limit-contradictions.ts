/** Finds limits that are never reached because another is reached first, and limits that limit nothing. */
import { type Contradiction, warning } from './contradiction.ts';
import type { LimitsInput } from './limits-schema.ts';
import type { CheckedConfig } from './schema.ts';

interface Scope {
  /** The scope's name in a message. */
  name: string;
  limits: LimitsInput;
  /** Where config sets a field of these limits. */
  pathOf: (field: keyof LimitsInput) => string[];
}

/** Warnings about budgets and rates. */
export function limitContradictions({ tiers, tenants, features }: CheckedConfig): Contradiction[] {
  const found: Contradiction[] = [];
  const scope = (name: string, limits: LimitsInput, path: string[]): Scope => ({
    name,
    limits,
    pathOf: (field) => [...path, field],
  });
  for (const [name, limits] of Object.entries(tiers)) found.push(...within(scope('the tier', limits, ['tiers', name])));
  const wholes = Object.entries(tenants).map(([name, tenant]): Scope => {
    const { tier = '', limits } = tenant;
    const ofTier = Object.hasOwn(tiers, tier) ? tiers[tier] : undefined;
    return {
      name: `tenant "${name}"`,
      limits: { ...ofTier, ...limits },
      pathOf: (field) => (limits[field] === undefined ? ['tiers', tier, field] : ['tenants', name, 'limits', field]),
    };
  });
  Object.entries(tenants).forEach(([name, { limits, userLimits, anonymousLimits }], index) => {
    const whole = wholes[index];
    if (whole === undefined) return;
    // A contradiction within a tier was reported for the tier.
    if (Object.keys(limits).length > 0) found.push(...within(whole));
    for (const [field, inner] of Object.entries({ userLimits, anonymousLimits })) {
      const part = scope(field, inner, ['tenants', name, field]);
      found.push(...within(part), ...beyond(part, [whole]));
    }
  });
  for (const [name, { limits, maxCostPerRequest: cost }] of Object.entries(features)) {
    const part = scope(`feature "${name}"`, limits, ['features', name, 'limits']);
    // A feature's limits apply in every tenant, so only one that no tenant can reach has no effect.
    found.push(...within(part), ...beyond(part, wholes));
    const path = ['features', name, 'maxCostPerRequest'];
    if (cost !== undefined)
      found.push(...[[part], wholes].flatMap((scopes) => costBeyond(cost, path, scopes)).slice(0, 1));
  }
  return found;
}

/** No month has more days. */
const MOST_DAYS = 31;

function within({ limits, pathOf }: Scope): Contradiction[] {
  const found: Contradiction[] = [];
  const { monthlyUsd, dailyUsd, rps, burst } = limits;
  if (monthlyUsd !== undefined && dailyUsd !== undefined && dailyUsd > monthlyUsd) {
    const message = `is above monthlyUsd (${monthlyUsd}), which is used up first; write a smaller one, or leave it out`;
    found.push(warning(pathOf('dailyUsd'), message));
  }
  if (monthlyUsd !== undefined && dailyUsd !== undefined && dailyUsd > 0 && monthlyUsd > dailyUsd * MOST_DAYS) {
    const message = `is never reached: dailyUsd (${dailyUsd}) allows ${dailyUsd * MOST_DAYS} a month`;
    found.push(warning(pathOf('monthlyUsd'), message));
  }
  if (burst !== undefined && rps === undefined)
    found.push(warning(pathOf('burst'), 'limits nothing without rps; write rps too'));
  if (burst !== undefined && rps !== undefined && burst < rps) {
    const message = `is less than a second of rps (${rps}), so most requests ask the ledger; ${Math.ceil(5 * rps)} saves most of those calls`;
    found.push(warning(pathOf('burst'), message));
  }
  for (const field of ['monthlyUsd', 'dailyUsd', 'tpm', 'parallel'] as const) {
    if (limits[field] === 0)
      found.push(warning(pathOf(field), 'is 0, so every request is refused; leave it out for no limit'));
  }
  return found;
}

const FIELDS = ['monthlyUsd', 'dailyUsd', 'rps', 'burst', 'tpm', 'parallel'] as const;

/** Warns of limits above the same limit of every scope around them. */
function beyond(part: Scope, wholes: readonly Scope[]): Contradiction[] {
  const [first] = wholes;
  if (first === undefined) return [];
  const of = wholes.length === 1 ? first.name : 'every tenant';
  const found: Contradiction[] = [];
  for (const field of FIELDS) {
    const limit = part.limits[field];
    if (limit === undefined) continue;
    // A daily budget may also be above a whole month's.
    const outer = field === 'dailyUsd' ? (['dailyUsd', 'monthlyUsd'] as const) : ([field] as const);
    for (const name of outer) {
      const limits = wholes.map((whole) => whole.limits[name]);
      if (!limits.every((one) => one !== undefined && limit > one)) continue;
      const most = Math.max(...limits.map((one) => one ?? 0));
      const message = `is above the ${name} of ${of} (${most}), which is reached first; write a smaller one, or leave it out`;
      found.push(warning(part.pathOf(field), message));
      break;
    }
  }
  return found;
}

/** Warns of a cap on one request that is above the budget of every one of these scopes. */
function costBeyond(cost: number, path: string[], scopes: readonly Scope[]): Contradiction[] {
  const [first] = scopes;
  if (first === undefined) return [];
  for (const field of ['dailyUsd', 'monthlyUsd'] as const) {
    const budgets = scopes.map(({ limits }) => limits[field] ?? Number.POSITIVE_INFINITY);
    const most = Math.max(...budgets);
    if (cost <= most) continue;
    const of = scopes.length === 1 ? first.name : 'every tenant';
    return [
      warning(
        path,
        `is above the ${field} of ${of} (${most}), which is used up first; write a smaller one, or leave it out`,
      ),
    ];
  }
  return [];
}
