/** The limits that a tenant's keys have through their tiers. A key's tier is only in the key's record. */
import type { Config } from '../core/config/config.ts';
import type { KeyRecord } from '../core/identity/identity.ts';
import type { ScopeView } from '../core/ledger/book/view.ts';
import type { Limits, Scope } from '../core/ledger/types.ts';

/** The part of `KeyStore` that this needs. */
interface KeyRecords {
  records(ids: readonly string[]): Promise<KeyRecord[]>;
}

const keyIdsIn = (scopes: Iterable<Scope>): string[] =>
  [...new Set(scopes)].flatMap((scope) => (scope.startsWith('key:') ? [scope.slice('key:'.length)] : []));

/** The names of this tenant's keys among these scopes, by id. */
export async function namesOf(
  scopes: Iterable<Scope>,
  tenant: string,
  keys: KeyRecords,
): Promise<Record<string, string>> {
  const records = await keys.records(keyIdsIn(scopes));
  const named = records.filter((record) => record.tenant === tenant && record.name != null);
  return Object.fromEntries(named.map(({ id, name }) => [id, name ?? '']));
}

/** The tier limits of this tenant's keys among these scopes. */
export async function tierLimits(
  scopes: Iterable<Scope>,
  tenant: string,
  keys: KeyRecords,
  { tiers }: Pick<Config, 'tiers'>,
): Promise<Map<Scope, Partial<Limits>>> {
  const found = new Map<Scope, Partial<Limits>>();
  for (const { id, tier, ...record } of await keys.records(keyIdsIn(scopes))) {
    const limits = record.tenant === tenant && tier !== null ? tiers.get(tier) : undefined;
    if (limits !== undefined) found.set(`key:${id}`, limits);
  }
  return found;
}

/** Adds the caps of keys' tiers to the rows. It reads KV only if a tier has a cap, and a key has none set by hand. */
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
