import type { RouterError } from '../../../protocol/errors.ts';
import { ANY_TENANT, type Config, type Feature, type Tenant } from '../config/config.ts';
import type { Identity } from '../identity/identity.ts';
import type { ScopeAsk } from '../ledger/messages.ts';
import type { Limits } from '../ledger/types.ts';

export const tenantOf = ({ tenants }: Pick<Config, 'tenants'>, name: string): Tenant => tenants.get(name) ?? ANY_TENANT;

/** Whoever an amount counts for: tenant, user (or all who have none, together), feature and key, each with config's limits. */
export function scopesOf(
  { identity, user, feature }: { identity: Identity; user: string | null; feature: Feature },
  config: Pick<Config, 'tenants' | 'tiers'>,
): { ok: true; scopes: readonly ScopeAsk[] } | { ok: false; error: RouterError } {
  const { limits, userLimits, anonymousLimits } = tenantOf(config, identity.tenant);
  const ofKey = keyLimits(identity, config);
  if (ofKey === undefined) return { ok: false, error: { code: 'unknown_tier', tier: identity.tier ?? '' } };
  return {
    ok: true,
    scopes: [
      { scope: 'tenant', limits },
      user === null ? { scope: 'anonymous', limits: anonymousLimits } : { scope: `user:${user}`, limits: userLimits },
      { scope: `feature:${feature.name}`, limits: feature.limits },
      { scope: `key:${identity.keyId}`, limits: ofKey },
    ],
  };
}

/** Without its tier's limits a key would have none: better refused than unlimited. */
const keyLimits = ({ tier }: Identity, { tiers }: Pick<Config, 'tiers'>): Partial<Limits> | undefined =>
  tier === null ? {} : tiers.get(tier);
