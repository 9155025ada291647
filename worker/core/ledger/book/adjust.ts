/**
 * An operator's correction (ledger rule 14). First, every unsettled lease of the scope is closed at its full amount, so that no
 * late report can lower a figure that was already corrected. Then one amount is added. It may make the stored sum negative, but
 * never the figure that is shown.
 */

import { KEEP_MONTHS } from '../protocol.ts';
import { dayOf, isPeriod, monthBefore, monthOf, monthOfPeriod, type Period } from '../time.ts';
import type { MoneyFigures, Scope } from '../types.ts';
import { accountFigures, accountOf, addToSums, storedOf, sumsOf } from './account.ts';
import { changeLease } from './book.ts';
import { lowerReported, noteCrossings } from './ladder.ts';
import { bookedMicroUsd, bookedTokens } from './lease.ts';
import { noteInHistory } from './limits.ts';
import { mergeReport } from './report.ts';
import { scopeProblem } from './shape.ts';
import type { Book } from './state.ts';

/** What an operator wants corrected. */
export interface Adjustment {
  scope: Scope;
  /** Added to the spent amount, which never falls below zero. Null sets the spent amount to zero. */
  deltaMicroUsd: number | null;
  /** The day or month to correct. By default both the current day and the current month. */
  period?: Period;
  who: string;
}

/** One period before and after its correction. */
export interface Adjusted {
  period: Period;
  before: MoneyFigures;
  after: MoneyFigures;
}

/** What was corrected, or what is wrong with the correction. */
export type AdjustReply = { ok: true; periods: Adjusted[] } | { ok: false; detail: string };

/** Corrects what a scope has spent. */
export function adjust(book: Book, adjustment: Adjustment, now: number): AdjustReply {
  const problem = adjustmentProblem(adjustment, now);
  if (problem !== undefined) return { ok: false, detail: problem };
  const { scope, deltaMicroUsd, period, who } = adjustment;
  const periods = period === undefined ? [dayOf(now), monthOf(now)] : [period];
  const account = accountOf(book.accounts, scope);
  storedOf(account, book.read);
  // Leases that are about to be settled in full already count as spent, so these are the figures to correct.
  if (periods.some((one) => !Number.isSafeInteger(accountFigures(account, one).spentMicroUsd + (deltaMicroUsd ?? 0)))) {
    return { ok: false, detail: `no more than ${Number.MAX_SAFE_INTEGER} micro-USD can be counted` };
  }
  settleInFull(book, scope, now);
  // Leases that are final now must not open again if the clock steps back (ledger rule 12).
  book.mark = { ...book.mark, foldedAt: now };
  book.noted.mark = book.mark;
  const corrected = periods.map((one) => correct(book, scope, one, deltaMicroUsd, who, now));
  for (const one of periods) noteCrossings(book, account, one, now);
  return { ok: true, periods: corrected };
}

/**
 * Skips ripe leases, which are final already, folded or not. The report names `scopes` to mark the row as `unreachable`: the
 * ledger has not heard from the holder, which may still report.
 */
function settleInFull(book: Book, scope: Scope, now: number): void {
  for (const live of [...book.leases.values()]) {
    const { lease, status, isRipe } = live;
    if (status !== 'unsettled' || isRipe || !lease.scopes.includes(scope)) continue;
    const spent = { microUsd: bookedMicroUsd(lease), tokens: bookedTokens(lease) };
    changeLease(
      book,
      live,
      mergeReport(lease, { spent, freed: lease.freed, done: true, estimated: true, scopes: lease.scopes }),
      now,
    );
  }
}

function correct(
  book: Book,
  scope: Scope,
  period: Period,
  deltaMicroUsd: number | null,
  who: string,
  now: number,
): Adjusted {
  const account = accountOf(book.accounts, scope);
  const stored = storedOf(account, book.read);
  const before = accountFigures(account, period);
  const to = deltaMicroUsd === null ? 0 : Math.max(0, before.spentMicroUsd + deltaMicroUsd);
  const sums = sumsOf(stored, scope, monthOfPeriod(period));
  addToSums(sums, period, {
    spentMicroUsd: to - before.spentMicroUsd,
    unsettledMicroUsd: Math.min(0, to - before.unsettledMicroUsd),
  });
  lowerReported(sums, period, book.ladder, to);
  book.noted.sums.add(sums);
  noteInHistory(book, { at: now, who, scope, field: `spent ${period}`, from: before.spentMicroUsd, to });
  return { period, before, after: accountFigures(account, period) };
}

function adjustmentProblem({ scope, deltaMicroUsd, period }: Adjustment, now: number): string | undefined {
  if (deltaMicroUsd !== null && !Number.isSafeInteger(deltaMicroUsd)) return 'deltaMicroUsd is not a whole number';
  if (period !== undefined && !isPeriod(period))
    return `"${period}" is neither a day (2026-11-21) nor a month (2026-11)`;
  if (period !== undefined && (monthOfPeriod(period) < monthBefore(now, KEEP_MONTHS) || period > dayOf(now))) {
    return `${period} is not kept: only the current and the last ${KEEP_MONTHS} months are`;
  }
  return scopeProblem(scope);
}
