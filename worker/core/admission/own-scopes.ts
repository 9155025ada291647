import type { RouterError } from '../../../protocol/errors.ts';
import { ok, type Result, refused } from '../../../protocol/result.ts';
import type { Config } from '../config/config.ts';
import { type Identity, isPage } from '../identity/identity.ts';
import { usableFeatures } from '../identity/usable-features.ts';
import type { ScopeAsk } from '../ledger/messages.ts';
import { keyLimits, tenantOf } from './scopes.ts';

/**
 * The scopes whose limits a credential may read. A server may read all scopes that its requests count in, for each feature that
 * it may use. A page learns nothing of what its tenant's other users spend. A token reads its user's scope. A publishable key
 * reads its own, and that of the user it is bound to.
 */
export function ownScopes(
  identity: Identity,
  user: string | null,
  config: Pick<Config, 'tenants' | 'tiers' | 'features' | 'defaultFeature'>,
): Result<readonly ScopeAsk[], RouterError> {
  const { limits, userLimits, anonymousLimits } = tenantOf(config, identity.tenant);
  const ofKey = keyLimits(identity, config);
  if (ofKey === undefined) return refused({ code: 'unknown_tier', tier: identity.tier ?? '' });
  const key: ScopeAsk = { scope: `key:${identity.keyId}`, limits: ofKey };
  const own: ScopeAsk[] = user === null ? [] : [{ scope: `user:${user}`, limits: userLimits }];
  // A token does not read the scope of the sign-in or key that it comes from, because many users share that.
  if (isPage(identity)) return ok(identity.kind === 'token' ? own : [...own, key]);
  const person: ScopeAsk[] = user === null ? [{ scope: 'anonymous', limits: anonymousLimits }] : own;
  const features = usableFeatures(identity, config).allowed.flatMap((name): ScopeAsk[] => {
    const feature = config.features.get(name);
    return feature === undefined ? [] : [{ scope: `feature:${name}`, limits: feature.limits }];
  });
  return ok([{ scope: 'tenant', limits }, ...person, key, ...features]);
}
