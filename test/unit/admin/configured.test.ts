import { describe, expect, it } from 'vitest';
import { tierLimits, withTierCaps } from '../../../worker/admin/configured.ts';
import { configuredOf } from '../../../worker/core/admission/configured.ts';
import { ANY_TENANT, type Config, type Feature } from '../../../worker/core/config/config.ts';
import type { KeyRecord } from '../../../worker/core/identity/identity.ts';
import type { ScopeView } from '../../../worker/core/ledger/book/view.ts';
import type { Limits, Scope } from '../../../worker/core/ledger/types.ts';

const feature = (name: string, limits: Partial<Limits>) => [name, { name, limits } as Feature] as const;
const acme = {
  ...ANY_TENANT,
  limits: { monthlyMicroUsd: 9, rps: 2 },
  userLimits: { dailyMicroUsd: 3 },
  anonymousLimits: { parallel: 1 },
};
const config = (tiers: Record<string, Partial<Limits>> = {}) =>
  ({
    tenants: new Map([['acme', acme]]),
    features: new Map([feature('chat', {}), feature('support', { monthlyMicroUsd: 5 })]),
    tiers: new Map(Object.entries(tiers)),
  }) as unknown as Config;

describe('what config says of a tenant’s scopes', () => {
  it('is by name of those that it limits, by kind of the users', () => {
    expect(configuredOf(config(), 'acme')).toEqual({
      byScope: { tenant: acme.limits, anonymous: acme.anonymousLimits, 'feature:support': { monthlyMicroUsd: 5 } },
      byKind: { user: acme.userLimits },
    });
    expect(configuredOf(config(), 'nobody')).toEqual({
      byScope: { 'feature:support': { monthlyMicroUsd: 5 } },
      byKind: { user: {} },
    });
  });
});

const [ONE, OTHER, THIRD] = ['1', '2', '3'].map((digit) => digit.repeat(20)) as [string, string, string];
const record = (id: string, tier: string | null, tenant = 'acme') => ({ id, tier, tenant }) as KeyRecord;
const row = (scope: Scope, period: string, capMicroUsd: number | null = null): ScopeView => ({
  ...{ scope, period, capMicroUsd, spentMicroUsd: 1, reservedMicroUsd: 0, unsettledMicroUsd: 0 },
});

/** A key store with these keys, and the look-ups it received. */
function holding(...records: KeyRecord[]) {
  const asked: string[][] = [];
  const find = async (ids: readonly string[]) => {
    asked.push([...ids]);
    return records.filter(({ id }) => ids.includes(id));
  };
  return { asked, records: find };
}

describe('a key’s tier', () => {
  const tiers = { free: { rps: 1 }, team: { monthlyMicroUsd: 70, dailyMicroUsd: 7 } };

  it('limits it as its record says, where that is this tenant’s and config knows the tier', async () => {
    const keys = holding(record(ONE, 'free'), record(OTHER, 'team', 'else'), record(THIRD, 'gone'));
    const scopes: Scope[] = ['tenant', `key:${ONE}`, `key:${OTHER}`, `key:${THIRD}`, `key:${ONE}`];
    expect([...(await tierLimits(scopes, 'acme', keys, config(tiers)))]).toEqual([[`key:${ONE}`, { rps: 1 }]]);
    expect(keys.asked).toEqual([[ONE, OTHER, THIRD]]);
  });

  it('caps its rows, unless a cap was set by hand', async () => {
    const keys = holding(record(ONE, 'team'), record(OTHER, null));
    const rows = [
      row('tenant', '2026-11', 500),
      row(`key:${ONE}`, '2026-11'),
      row(`key:${ONE}`, '2026-11-21', 3),
      row(`key:${ONE}`, '2026-11-20'),
      row(`key:${OTHER}`, '2026-11'),
    ];
    const caps = (await withTierCaps(rows, 'acme', keys, config(tiers))).map(({ capMicroUsd }) => capMicroUsd);
    expect(caps).toEqual([500, 70, 3, 7, null]);
  });

  it('is not looked up where no tier has a budget', async () => {
    const keys = holding(record(ONE, 'free'));
    const rows = [row(`key:${ONE}`, '2026-11')];
    expect(await withTierCaps(rows, 'acme', keys, config({ free: { rps: 1 } }))).toEqual(rows);
    expect(keys.asked.flat()).toEqual([]);
  });
});
