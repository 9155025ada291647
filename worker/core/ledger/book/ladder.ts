/**
 * The alert ladder: each threshold of each scope is reported once per period and cap, in order. What counts is the amount spent,
 * never an amount that is only held. What was reported is stored in the scope's sums, in the same transaction as the spending, so
 * no crash and no repeated message reports it twice.
 */

import { dayOf, monthOf, monthOfPeriod, type Period } from '../time.ts';
import type { Scope } from '../types.ts';
import { type Account, accountFigures, storedMonth, storedOf, sumsOf } from './account.ts';
import type { AskedScope } from './check.ts';
import type { ReportedThreshold, Sums } from './rows.ts';
import type { Book, Ladder } from './state.ts';

/** No alerts, and the safeguard only if nothing else fits. */
export const NO_LADDER: Ladder = { thresholds: [], safeguardAt: 100 };

/** The ledger remembers what was reported under at most this many caps of one period. */
const MOST_CAPS = 8;

/**
 * Notes the thresholds that a scope's spending has crossed in a month, or in a day and its month. The cap is the one set over the
 * admin API, or else the one in the scope's last ask, or else config's.
 */
export function noteCrossings(book: Book, account: Account, period: Period, now: number): void {
  const { thresholds, scopes } = book.ladder;
  if (thresholds.length === 0 || (scopes !== undefined && !scopes.includes(kindOf(account.scope)))) return;
  const set = storedOf(account, book.read).overrides.limits;
  const configured = account.configured ?? book.configured(account.scope);
  const month = monthOfPeriod(period);
  climbPeriod(book, account, month, set.monthlyMicroUsd ?? configured.monthlyMicroUsd, now);
  if (period !== month) climbPeriod(book, account, period, set.dailyMicroUsd ?? configured.dailyMicroUsd, now);
}

function climbPeriod(book: Book, account: Account, period: Period, cap: number | null | undefined, at: number): void {
  if (cap === null || cap === undefined || cap === 0) return;
  const { spentMicroUsd } = accountFigures(account, period);
  const reached = reachedBy(book.ladder, spentMicroUsd, cap);
  const stored = storedOf(account, book.read);
  const before = storedMonth(stored, monthOfPeriod(period))?.told?.[period];
  if (before === undefined && reached === 0) return;
  const known = before?.find(({ capMicroUsd }) => capMicroUsd === cap);
  // If the cap is new in this period, thresholds that were reported before and are still crossed are not reported again.
  const told = known?.percent ?? Math.min(reached, Math.max(0, ...(before ?? []).map(({ percent }) => percent)));
  if (known !== undefined && reached <= told) return;
  const sums = sumsOf(stored, account.scope, monthOfPeriod(period));
  const others = (before ?? []).filter((one) => one !== known).slice(1 - MOST_CAPS);
  sums.told = { ...sums.told, [period]: [...others, { capMicroUsd: cap, percent: Math.max(told, reached) }] };
  book.noted.sums.add(sums);
  for (const percent of book.ladder.thresholds) {
    if (percent <= told || percent > reached) continue;
    book.noted.crossings.push({ scope: account.scope, period, percent, spentMicroUsd, capMicroUsd: cap, at });
  }
}

/**
 * Called after an operator's correction, so that thresholds that are no longer crossed may be reported again. A late report does
 * not do that.
 */
export function lowerReported(sums: Sums, period: Period, ladder: Ladder, spentMicroUsd: number): void {
  const before = sums.told?.[period];
  if (before === undefined) return;
  const after = before.map(({ capMicroUsd, percent }): ReportedThreshold => {
    return { capMicroUsd, percent: Math.min(percent, reachedBy(ladder, spentMicroUsd, capMicroUsd)) };
  });
  sums.told = { ...sums.told, [period]: after };
}

/** True if enough is spent under any cap of the current day or month for the safeguard to take over. */
export function isSafeguardDue({ safeguardAt }: Ladder, places: readonly AskedScope[], now: number): boolean {
  if (safeguardAt >= 100) return false;
  const isDue = (account: Account, period: Period, cap: number | null) =>
    cap !== null && isReached(safeguardAt, accountFigures(account, period).spentMicroUsd, cap);
  return places.some(
    ({ account, limits: { monthlyMicroUsd, dailyMicroUsd } }) =>
      isDue(account, monthOf(now), monthlyMicroUsd) || isDue(account, dayOf(now), dailyMicroUsd),
  );
}

const kindOf = (scope: Scope): string => scope.split(':', 1)[0] ?? '';

/** The highest threshold that is reached, or 0 if none is. */
const reachedBy = ({ thresholds }: Ladder, spentMicroUsd: number, cap: number): number =>
  thresholds.findLast((percent) => isReached(percent, spentMicroUsd, cap)) ?? 0;

/**
 * Compares by division, because the amounts are too large to be multiplied. Both sides are rounded to the nearest number, so
 * equal shares are equal.
 */
const isReached = (percent: number, spentMicroUsd: number, cap: number): boolean =>
  spentMicroUsd / cap >= percent / 100;
