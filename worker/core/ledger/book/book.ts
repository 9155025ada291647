/**
 * The ledger's memory: a cache of its rows that answers in time proportional to the number of scopes in an ask. Rules change it
 * through the functions here, which note what must be written (`takeChanges`). If writing fails, the memory is thrown away and
 * loaded again.
 */

import { dayOf } from '../time.ts';
import { accountOf } from './account.ts';
import { countLease, recount, recountAll, uncountLease } from './counting.ts';
import { joinedPace } from './gcra.ts';
import { noteCrossings } from './ladder.ts';
import type { Lease } from './lease.ts';
import type { Changes, LoadedRows, Mark, ReadScope } from './rows.ts';
import type { Book, Ladder, LimitsOf, LiveLease, PendingChanges } from './state.ts';
import { dueItems, newWheel } from './wheel.ts';

const NEVER_FOLDED: Mark = { foldedThrough: 0, foldedAt: 0 };
const REMEMBERED_ACCOUNTS = 10_000;

/** Builds the memory of a ledger that wakes, from its rows. */
export function loadBook(
  { mark = NEVER_FOLDED, leases }: LoadedRows,
  read: ReadScope,
  ladder: Ladder,
  configured: LimitsOf,
): Book {
  const book: Book = {
    read,
    ladder,
    configured,
    mark,
    nextNumber: mark.foldedThrough + 1,
    nextSlot: 1,
    freeSlots: [],
    latestGrantedAt: 0,
    leases: new Map(),
    accounts: new Map(),
    wheel: newWheel(),
    ripe: 0,
    foldAgainAt: 0,
    forgetAccountsAt: REMEMBERED_ACCOUNTS,
    countedAt: 0,
    noted: nothingNoted(),
  };
  for (const lease of leases.toSorted((one, other) => one.number - other.number)) {
    book.nextSlot = Math.max(book.nextSlot, lease.slot + 1);
    if (lease.number <= mark.foldedThrough) book.freeSlots.push(lease.slot);
    else addLease(book, lease, 0);
  }
  book.freeSlots.sort((one, other) => other - one);
  return book;
}

/**
 * Begins a turn. Returns the ledger's time, which never goes back (ledger rule 12), and counts every lease by its status at that
 * time. *Without:* last month's sums are purged, the clock steps back, and last month's cap is spent a second time.
 */
export function beginTurn(book: Book, clockMs: number): number {
  const now = Math.max(clockMs, book.mark.foldedAt, book.latestGrantedAt);
  // The clock stepped back, and no row keeps the ledger's time from following. Leases that had settled by time alone are open again.
  if (now < book.countedAt) recountAll(book, now);
  for (const live of dueItems(book.wheel, now)) {
    recount(book, live, live.lease, now);
    // The lease settled by time alone, so the thresholds are checked here. Perhaps no further ask comes on its day.
    if (live.status !== 'unsettled') continue;
    for (const scope of live.lease.scopes) noteCrossings(book, accountOf(book.accounts, scope), live.day, now);
  }
  book.countedAt = now;
  forgetAccounts(book);
  return now;
}

/** Enters a lease, and gives it a slot and a number of its own. */
export function enterLease(book: Book, lease: Lease, now: number): void {
  lease.slot = book.freeSlots.pop() ?? book.nextSlot++;
  lease.number = book.nextNumber;
  book.noted.leases.add(addLease(book, lease, now));
}

/** Replaces the row of a lease. */
export function changeLease(book: Book, live: LiveLease, lease: Lease, now: number): void {
  recount(book, live, lease, now);
  book.noted.leases.add(live);
}

/** Removes a folded lease. The caller frees its slot. */
export function removeLease(book: Book, live: LiveLease): void {
  uncountLease(book, live);
  book.leases.delete(live.lease.leaseId);
}

/** Writes a row again with a new number, so that the mark can pass it (docs/ledger.md "The figures"). */
export function renumberLease(book: Book, live: LiveLease): void {
  live.lease = { ...live.lease, number: book.nextNumber++ };
  book.leases.delete(live.lease.leaseId);
  book.leases.set(live.lease.leaseId, live);
  book.noted.leases.add(live);
}

/** Returns what the turn changed, or undefined if it changed nothing. The next turn begins with nothing noted. */
export function takeChanges(book: Book): Changes | undefined {
  const { noted } = book;
  const { leases, sums, mark, overrides, history } = noted;
  if (leases.size + sums.size + overrides.size + history.length === 0 && mark === undefined) return undefined;
  book.noted = nothingNoted();
  return noted;
}

function nothingNoted(): PendingChanges {
  return {
    leases: new Set(),
    lastSlotKept: undefined,
    sums: new Set(),
    mark: undefined,
    overrides: new Map(),
    history: [],
    crossings: [],
    purgeBefore: undefined,
  };
}

function addLease(book: Book, lease: Lease, now: number): LiveLease {
  const live: LiveLease = {
    lease,
    day: dayOf(lease.grantedAt),
    status: 'open',
    isRipe: false,
    mayAdmit: false,
    dueAt: 0,
  };
  book.nextNumber = lease.number + 1;
  book.latestGrantedAt = Math.max(book.latestGrantedAt, lease.grantedAt);
  book.leases.set(lease.leaseId, live);
  lease.scopes.forEach((scope, index) => {
    const account = accountOf(book.accounts, scope);
    const takesUs = lease.laterUs[index] ?? 0;
    const later = takesUs === 0 ? undefined : { endsAt: lease.grantedAt + lease.admitForMs, takesUs };
    account.pace = joinedPace(account.pace, lease.tatUs[index] ?? 0, lease.grantedAt, later);
  });
  countLease(book, live, now);
  return live;
}

/** Users come and go, so accounts without leases are forgotten. Their rows can be read again. */
function forgetAccounts(book: Book): void {
  if (book.accounts.size < book.forgetAccountsAt) return;
  for (const [scope, { leases }] of book.accounts) if (leases === 0) book.accounts.delete(scope);
  book.forgetAccountsAt = Math.max(REMEMBERED_ACCOUNTS, book.accounts.size * 2);
}
