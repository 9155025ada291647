/** How much of the rates in config is in use. */
import type { Limits } from '../../ledger/types.ts';
import type { Book } from '../book/book.ts';
import { SUCCESS_KEY } from '../book/counted-promises.ts';
import type { Sample } from './exposition.ts';

/** Config's limits by tenant and by feature. */
export interface RateLimits {
  tenants: ReadonlyMap<string, { limits: Partial<Limits> }>;
  features: ReadonlyMap<string, { limits: Partial<Limits> }>;
}

const MINUTE_MS = 60_000;
const OF_TENANT = /^tenant:([^|]+)(?:\|feature:(.+))?$/;

/** The last minute's requests, refused ones too, against what `rps` allows in a minute; by `tenant:T` and `tenant:T|feature:F`. */
export function rateSaturation(
  book: Pick<Book, 'names' | 'series'>,
  { tenants, features }: RateLimits,
  now: number,
): Sample<number>[] {
  return [...book.names].flatMap((name) => {
    const [, tenant, feature] = OF_TENANT.exec(name) ?? [];
    if (tenant === undefined) return [];
    const { limits } = (feature === undefined ? tenants.get(tenant) : features.get(feature)) ?? { limits: {} };
    const counts = limits.rps ? book.series(name)?.window(SUCCESS_KEY, MINUTE_MS, now) : undefined;
    if (counts === undefined || !limits.rps) return [];
    const requests = counts.good + counts.bad + (counts.excluded.rate ?? 0);
    return [[[name], requests / (limits.rps * 60)] as const];
  });
}
