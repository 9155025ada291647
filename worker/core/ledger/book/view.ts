/**
 * What an operator sees of a ledger: the periods of each scope, with the cap and what is spent, held and unsettled. Leases that
 * are not folded are included.
 */

import { dayBefore, dayOf, monthBefore, monthOf, type Period } from '../time.ts';
import type { Limits, Scope } from '../types.ts';
import { accountFigures, accountOf, storedOf } from './account.ts';
import { inForce } from './limits.ts';
import type { Overrides } from './rows.ts';
import type { Settlement } from './settlements.ts';
import type { Book } from './state.ts';

/** One scope in one period. */
export interface ScopeView {
  scope: Scope;
  period: Period;
  capMicroUsd: number | null;
  spentMicroUsd: number;
  reservedMicroUsd: number;
  /** The part of `spentMicroUsd` that was booked in full because no report came. */
  unsettledMicroUsd: number;
}

/** A page of scopes. */
export interface LedgerView {
  scopes: ScopeView[];
  /** What was set over the admin API for the scopes above. */
  overrides: ({ scope: Scope } & Overrides)[];
  settlements: Settlement[];
  /** The `after` of the next page. Null if this is the last page. */
  next: Scope | null;
}

/**
 * Limits in config, by the name of a scope or else by its kind (`user` for `user:ana`). The ledger stores only limits that were
 * set over these.
 */
export interface Configured {
  byScope?: Record<string, Partial<Limits>>;
  byKind?: Partial<Record<'tenant' | 'anonymous' | 'user' | 'feature' | 'key', Partial<Limits>>>;
}

/** Which scopes an operator wants to see. */
export interface ViewRequest {
  configured?: Configured;
  /** Shows this scope alone, with its settlements. */
  scope?: Scope;
  /** Shows the scopes after this one, which is the `next` of the last reply. */
  after?: Scope;
  most?: number;
}

/** Which of a tenant's scopes to show, as there may be a million: `scope` alone, or the `most` scopes that follow `after`. */
export interface Page {
  scope?: Scope;
  after?: Scope;
  most: number;
}

/** The scopes of a page. A scope is listed if it has rows or leases, or is named in config. The tenant is always listed. */
export function scopesOfPage(
  book: Book,
  stored: readonly Scope[],
  { byScope = {} }: Configured,
  { scope, after = '' as Scope, most }: Page,
): { scopes: Scope[]; next: Scope | null } {
  if (scope !== undefined) return { scopes: [scope], next: null };
  const live = [...book.accounts.values()].flatMap(({ scope, leases }) => (leases > 0 ? [scope] : []));
  const all = new Set([...stored, ...live, ...(Object.keys(byScope) as Scope[]), 'tenant' as const]);
  const later = [...all].filter((scope) => byCodePoints(scope, after) > 0).toSorted(byCodePoints);
  const scopes = later.slice(0, most);
  return { scopes, next: later.length > most ? (scopes[most - 1] ?? null) : null };
}

/** The current month and day of each scope, and earlier periods in which something is booked. */
export const viewScopes = (book: Book, scopes: readonly Scope[], configured: Configured, now: number): ScopeView[] =>
  scopes.flatMap((scope) => viewScope(book, scope, configured, now));

/** What operators set for these scopes. */
export const viewOverrides = (book: Book, scopes: readonly Scope[]): LedgerView['overrides'] =>
  scopes.flatMap((scope) => {
    const { overrides } = storedOf(accountOf(book.accounts, scope), book.read);
    return overrides.revoked || Object.keys(overrides.limits).length > 0 ? [{ scope, ...overrides }] : [];
  });

function viewScope(book: Book, scope: Scope, configured: Configured, now: number): ScopeView[] {
  const account = accountOf(book.accounts, scope);
  const { overrides } = storedOf(account, book.read);
  const limits = inForce(configuredFor(scope, configured), overrides.limits);
  const running = [monthOf(now), dayOf(now)];
  const earlier = new Set([monthBefore(now), dayBefore(now), ...account.tallies.keys()]);
  for (const period of running) earlier.delete(period);
  const row = (period: Period): ScopeView => {
    const { spentMicroUsd, heldMicroUsd, unsettledMicroUsd } = accountFigures(account, period);
    const capMicroUsd = period.length === 7 ? limits.monthlyMicroUsd : limits.dailyMicroUsd;
    return { scope, period, capMicroUsd, spentMicroUsd, reservedMicroUsd: heldMicroUsd, unsettledMicroUsd };
  };
  const isBooked = ({ spentMicroUsd, reservedMicroUsd }: ScopeView) => spentMicroUsd > 0 || reservedMicroUsd > 0;
  return [...running.map(row), ...[...earlier].toSorted().map(row).filter(isBooked)];
}

/** The limits of one scope in config. */
export function configuredFor(scope: Scope, { byScope, byKind }: Configured): Partial<Limits> {
  const kind = scope.split(':', 1)[0] as keyof NonNullable<Configured['byKind']>;
  return byScope?.[scope] ?? byKind?.[kind] ?? {};
}

/** Compares strings as SQLite does, by code points. JavaScript itself compares UTF-16 units. */
function byCodePoints(one: string, other: string): number {
  const [left, right] = [[...one], [...other]];
  for (let index = 0; index < left.length && index < right.length; index++) {
    const difference = (left[index]?.codePointAt(0) ?? 0) - (right[index]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}
