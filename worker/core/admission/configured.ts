/** What config says of a tenant's scopes, as its ledger is told: it keeps only what was set over that. */
import type { Config } from '../config/config.ts';
import type { Configured } from '../ledger/book/view.ts';
import { tenantOf } from './scopes.ts';

/** Without keys: what a key's tier is, only its record tells (`tierLimits`). */
export function configuredOf(config: Config, tenant: string): Configured {
  const { limits, userLimits, anonymousLimits } = tenantOf(config, tenant);
  const features = [...config.features.values()].map(({ name, limits }) => [`feature:${name}`, limits] as const);
  const byScope = [['tenant', limits] as const, ['anonymous', anonymousLimits] as const, ...features];
  // Who is named here is shown, whether anything was spent or not.
  const limited = byScope.filter(([, limits]) => Object.keys(limits).length > 0);
  return { byScope: Object.fromEntries(limited), byKind: { user: userLimits } };
}
