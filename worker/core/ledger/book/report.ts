/** Reports (ledger rules 6 to 9 and 13). Each figure only grows, so the larger one wins, and neither order nor repetition matters. */

import { keepShape } from '../../../../protocol/kept-shapes.ts';
import type { Report, ReportReply } from '../messages.ts';
import { LATE_REPORT_MS, MOST_REPORTS } from '../protocol.ts';
import { dayOf } from '../time.ts';
import type { Amount, Scope } from '../types.ts';
import { accountOf, storedOf } from './account.ts';
import { changeLease, enterLease } from './book.ts';
import { paceAt } from './gcra.ts';
import { noteCrossings } from './ladder.ts';
import { isIdOutOfRange, isOverGranted, type Lease } from './lease.ts';
import { reportProblem } from './shape.ts';
import type { Book } from './state.ts';

/** Applies reports in order. The reply to each report beyond the most that one call may carry is `invalid`. */
export const reportAll = (book: Book, reports: readonly Report[], now: number): ReportReply[] =>
  reports.map((one, index) => (index < MOST_REPORTS ? report(book, one, now) : 'invalid'));

/** Applies one report. */
function report(book: Book, report: Report, now: number): ReportReply {
  keepShape('report', report);
  if (reportProblem(report) !== undefined) return 'invalid';
  const live = book.leases.get(report.leaseId);
  if (live === undefined) return firstHeard(book, report, now);
  // The lease may be folded at any moment, so the reply is the same as after the fold.
  if (live.isRipe) return 'unknown';
  const merged = mergeReport(live.lease, report);
  if (merged !== live.lease) {
    changeLease(book, live, merged, now);
    climbAll(book, merged, now);
  }
  return isOverGranted(merged) ? 'over_granted' : 'applied';
}

/** The row after a report. It is the very same object if nothing changes, so that nothing is written. */
export function mergeReport(lease: Lease, report: Omit<Report, 'leaseId'>): Lease {
  const { granted } = lease;
  const done = lease.done || report.done;
  const spent = {
    microUsd: Math.max(lease.spent.microUsd, report.spent.microUsd),
    tokens: Math.max(lease.spent.tokens, report.spent.tokens),
  };
  // A done lease frees what was not spent. No more can be free, even if more was spent than granted (ledger rule 13).
  const free = (figure: 'microUsd' | 'tokens'): number => {
    const most = Math.max(0, granted[figure] - spent[figure]);
    return done ? most : Math.min(most, Math.max(lease.freed[figure], report.freed[figure]));
  };
  const freed = {
    microUsd: free('microUsd'),
    tokens: free('tokens'),
    parallel: done
      ? granted.parallel
      : Math.min(granted.parallel, Math.max(lease.freed.parallel, report.freed.parallel)),
  };
  // `estimated` stays set, because the larger figure may be a bound even if a smaller, exact one comes after it.
  const estimated = lease.estimated || report.estimated === true;
  // A report that names its scopes comes from a holder that never received the grant.
  const origin = report.scopes !== undefined && lease.origin === 'asked' ? 'unreachable' : lease.origin;
  const isSame =
    done === lease.done &&
    origin === lease.origin &&
    estimated === lease.estimated &&
    spent.microUsd === lease.spent.microUsd &&
    spent.tokens === lease.spent.tokens &&
    freed.microUsd === lease.freed.microUsd &&
    freed.tokens === lease.freed.tokens &&
    freed.parallel === lease.freed.parallel;
  return isSame ? lease : { ...lease, origin, spent, freed, done, estimated };
}

function firstHeard(book: Book, report: Report, now: number): ReportReply {
  const { leaseId, scopes, done } = report;
  if (scopes !== undefined) {
    // The request ran while the ledger could not be reached. Its cost is booked at once, in the periods in which its report arrives,
    // and marked by its origin (ledger rule 30).
    if (isIdOutOfRange(leaseId, now, LATE_REPORT_MS)) return 'unknown';
    const row = ungranted('unreachable', report, scopes, book, now);
    enterLease(book, row, now);
    climbAll(book, row, now);
    return 'applied';
  }
  // Ledger rule 9: a close that overtakes its ask is kept. *Without:* the ask comes after it, is granted to nobody, and is booked in full.
  if (!done || isIdOutOfRange(leaseId, now)) return 'unknown';
  const row = ungranted('closed', report, [], book, now);
  enterLease(book, row, now);
  return isOverGranted(row) ? 'over_granted' : 'applied';
}

/** Notes crossed thresholds in the day and month of the grant, however late the report is. */
function climbAll(book: Book, { scopes, grantedAt }: Pick<Lease, 'scopes' | 'grantedAt'>, now: number): void {
  for (const scope of scopes) noteCrossings(book, accountOf(book.accounts, scope), dayOf(grantedAt), now);
}

/** A lease without a grant takes nothing of a rate, but its row records how far the rate was used. */
function tatOf({ accounts, read }: Book, scope: Scope, now: number): number {
  const account = accountOf(accounts, scope);
  storedOf(account, read);
  return paceAt(account.pace, now).tatUs;
}

const NOTHING: Amount = { microUsd: 0, tokens: 0, requests: 0, parallel: 0 };

const ungranted = (
  origin: Lease['origin'],
  { leaseId, spent, estimated }: Report,
  scopes: readonly Scope[],
  book: Book,
  now: number,
): Lease => ({
  slot: 0,
  number: 0,
  leaseId,
  origin,
  mode: 'normal',
  scopes: [...scopes],
  tatUs: scopes.map((scope) => tatOf(book, scope, now)),
  laterUs: [],
  grantedAt: now,
  admitForMs: 0,
  settleBy: now,
  granted: NOTHING,
  spent: { microUsd: spent.microUsd, tokens: spent.tokens },
  freed: { microUsd: 0, tokens: 0, parallel: 0 },
  done: true,
  estimated: estimated === true,
});
