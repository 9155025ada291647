/** The limits that operators have set, as the watch knows them. The limits in the ledger are the ones that count. */
import type { Limits } from '../ledger/types.ts';

/** Limits by tenant, then by scope: `tenant` or `feature:NAME`. Plain JSON. */
export type SetLimits = Readonly<Record<string, Readonly<Record<string, Partial<Limits>>>>>;

/** At most this many scopes have limits here, because all of them share one row. */
export const MOST_SET_LIMITS = 1_000;

/** Whether the watch looks at the limits of this scope. */
export const isWatchedScope = (scope: string): boolean => scope === 'tenant' || scope.startsWith('feature:');

/** The limits after a change of one scope. Empty `limits` remove the scope. Returns undefined if there are too many. */
export function withLimits(
  before: SetLimits,
  tenant: string,
  scope: string,
  limits: Partial<Limits>,
): SetLimits | undefined {
  const { [scope]: known, ...others } = limitsSetFor(before, tenant);
  const isSet = Object.keys(limits).length > 0;
  const count = Object.values(before).reduce((sum, scopes) => sum + Object.keys(scopes).length, 0);
  if (isSet && known === undefined && count >= MOST_SET_LIMITS) return undefined;
  const own = isSet ? { ...others, [scope]: limits } : others;
  const rest = Object.entries(before).filter(([name]) => name !== tenant);
  return Object.fromEntries(Object.keys(own).length === 0 ? rest : [...rest, [tenant, own]]);
}

/** The limits that are set for a tenant, by scope. */
export const limitsSetFor = (set: SetLimits, tenant: string): SetLimits[string] =>
  (Object.hasOwn(set, tenant) ? set[tenant] : undefined) ?? {};
