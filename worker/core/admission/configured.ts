/** The limits of a tenant's scopes in config, for its ledger, which stores only what was set over them. */
import type { Config } from '../config/config.ts';
import type { Configured } from '../ledger/book/view.ts';
import { tenantOf } from './scopes.ts';

/** Keys are not included, because only the record of a key names its tier (`tierLimits`). */
export function configuredOf(config: Config, tenant: string): Configured {
  const { limits, userLimits, anonymousLimits } = tenantOf(config, tenant);
  const features = [...config.features.values()].map(({ name, limits }) => [`feature:${name}`, limits] as const);
  const byScope = [['tenant', limits] as const, ['anonymous', anonymousLimits] as const, ...features];
  // Scopes without limits are left out, because a scope that is named here is shown even if nothing was spent.
  const limited = byScope.filter(([, limits]) => Object.keys(limits).length > 0);
  return { byScope: Object.fromEntries(limited), byKind: { user: userLimits } };
}
