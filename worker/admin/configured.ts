/** What config says of a tenant's scopes, as its ledger is told: it keeps only what was set over that. */
import { tenantOf } from '../core/admission/scopes.ts';
import type { Config } from '../core/config/config.ts';
import type { KeyRecord } from '../core/identity/identity.ts';
import type { Limits, Scope } from '../core/ledger/types.ts';
import type { Configured, ScopeView } from '../core/ledger/view.ts';

/** What this needs of the `KeyStore`. */
interface KeyRecords {
  records(ids: readonly string[]): Promise<KeyRecord[]>;
}

/** Without keys: what a key's tier is, only its record tells (`tierLimits`). */
export function configuredOf(config: Config, tenant: string): Configured {
  const { limits, userLimits, anonymousLimits } = tenantOf(config, tenant);
  const features = [...config.features.values()].map(({ name, limits }) => [`feature:${name}`, limits] as const);
  const byScope = [['tenant', limits] as const, ['anonymous', anonymousLimits] as const, ...features];
  // Who is named here is shown, whether anything was spent or not.
  const limited = byScope.filter(([, limits]) => Object.keys(limits).length > 0);
  return { byScope: Object.fromEntries(limited), byKind: { user: userLimits } };
}

/** What their tiers allow those of these scopes that are keys of this tenant. */
export async function tierLimits(
  scopes: Iterable<Scope>,
  tenant: string,
  keys: KeyRecords,
  { tiers }: Pick<Config, 'tiers'>,
): Promise<Map<Scope, Partial<Limits>>> {
  const ids = [...new Set(scopes)].flatMap((scope) => (scope.startsWith('key:') ? [scope.slice('key:'.length)] : []));
  const found = new Map<Scope, Partial<Limits>>();
  for (const { id, tier, ...record } of await keys.records(ids)) {
    const limits = record.tenant === tenant && tier !== null ? tiers.get(tier) : undefined;
    if (limits !== undefined) found.set(`key:${id}`, limits);
  }
  return found;
}

/** The rows with the caps of keys' tiers. KV is asked only where a tier has a cap and a key none that was set by hand. */
export async function withTierCaps(
  rows: readonly ScopeView[],
  tenant: string,
  keys: KeyRecords,
  config: Pick<Config, 'tiers'>,
): Promise<ScopeView[]> {
  const isCapped = [...config.tiers.values()].some(
    (limits) => limits.monthlyMicroUsd != null || limits.dailyMicroUsd != null,
  );
  const uncapped = isCapped ? rows.filter(({ capMicroUsd }) => capMicroUsd === null) : [];
  const limits = await tierLimits(
    uncapped.map(({ scope }) => scope),
    tenant,
    keys,
    config,
  );
  return rows.map((row) => {
    const tier = limits.get(row.scope);
    const cap = row.period.length === 7 ? tier?.monthlyMicroUsd : tier?.dailyMicroUsd;
    return { ...row, capMicroUsd: row.capMicroUsd ?? cap ?? null };
  });
}
