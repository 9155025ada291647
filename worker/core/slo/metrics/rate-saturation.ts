/** How much of their rate limits tenants and features use. */
import type { Limits } from '../../ledger/types.ts';
import type { Book } from '../book/book.ts';
import { SUCCESS_KEY } from '../book/counted-promises.ts';
import { limitsSetFor, type SetLimits } from '../set-limits.ts';
import type { Sample } from './exposition.ts';

/** Config's limits by tenant and by feature, and the limits that operators have set over them. */
export interface RateLimits {
  tenants: ReadonlyMap<string, { limits: Partial<Limits> }>;
  features: ReadonlyMap<string, { limits: Partial<Limits> }>;
  set?: SetLimits;
}

/** The limits in force for a tenant, or for a feature within it. */
export function limitsOf(
  { tenants, features, set }: RateLimits,
  tenant: string,
  feature: string | null,
): Partial<Limits> {
  const { limits } = (feature === null ? tenants.get(tenant) : features.get(feature)) ?? { limits: {} };
  return { ...limits, ...limitsSetFor(set ?? {}, tenant)[feature === null ? 'tenant' : `feature:${feature}`] };
}

const MINUTE_MS = 60_000;
const OF_TENANT = /^tenant:([^|]+)(?:\|feature:(.+))?$/;

/**
 * The requests of the last minute, refused ones included, as a share of what `rps` allows in a minute. The label is `tenant:T` for
 * a tenant, and `tenant:T|feature:F` for a feature within it.
 */
export function rateSaturation(
  book: Pick<Book, 'names' | 'series'>,
  limits: RateLimits,
  now: number,
): Sample<number>[] {
  return [...book.names].flatMap((name) => {
    const [, tenant, feature = null] = OF_TENANT.exec(name) ?? [];
    if (tenant === undefined) return [];
    const { rps } = limitsOf(limits, tenant, feature);
    const counts = rps ? book.series(name)?.window(SUCCESS_KEY, MINUTE_MS, now) : undefined;
    if (counts === undefined || !rps) return [];
    const requests = counts.good + counts.bad + (counts.excluded.rate ?? 0);
    return [[[name], requests / (rps * 60)] as const];
  });
}
