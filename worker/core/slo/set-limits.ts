/** Limits that operators have set, as the watch of promises knows them. The ledger's own are what counts. */
import type { Limits } from '../ledger/types.ts';

/** By tenant, and by its scope: `tenant` or `feature:NAME`. Plain JSON. */
export type SetLimits = Readonly<Record<string, Readonly<Record<string, Partial<Limits>>>>>;

/** They are one row, so of at most so many scopes. */
export const MOST_SET_LIMITS = 1_000;

/** Whether the watch looks at the limits of this scope. */
export const isWatchedScope = (scope: string): boolean => scope === 'tenant' || scope.startsWith('feature:');

/** With what is set for a scope now; nothing is set where `limits` are empty. Undefined: there are too many. */
export function withLimits(
  before: SetLimits,
  tenant: string,
  scope: string,
  limits: Partial<Limits>,
): SetLimits | undefined {
  const { [scope]: known, ...others } = setFor(before, tenant);
  const isSet = Object.keys(limits).length > 0;
  const count = Object.values(before).reduce((sum, scopes) => sum + Object.keys(scopes).length, 0);
  if (isSet && known === undefined && count >= MOST_SET_LIMITS) return undefined;
  const own = isSet ? { ...others, [scope]: limits } : others;
  const rest = Object.entries(before).filter(([name]) => name !== tenant);
  return Object.fromEntries(Object.keys(own).length === 0 ? rest : [...rest, [tenant, own]]);
}

/** What is set for a tenant, by scope. */
export const setFor = (set: SetLimits, tenant: string): SetLimits[string] =>
  (Object.hasOwn(set, tenant) ? set[tenant] : undefined) ?? {};
