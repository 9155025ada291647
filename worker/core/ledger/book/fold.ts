/**
 * Folding (ledger rule 11): ripe leases are added to the sums of their scopes, the mark passes them, and their slots may be
 * overwritten (a DELETE would cost one more row). A fold is in one transaction with the grant in which it happens. *Without:* the
 * object dies in between, and a cost is counted twice, or not at all.
 */

import { FOLD_AT, FOLD_MOST, KEEP_MONTHS } from '../protocol.ts';
import { monthBefore, monthOfPeriod } from '../time.ts';
import { accountOf, addToSums, storedOf, sumsOf } from './account.ts';
import { removeLease, renumberLease } from './book.ts';
import { paceAt } from './gcra.ts';
import { bookedMicroUsd } from './lease.ts';
import { lastSlotOf, pageOf, SLOTS_IN_LARGE_PAGES } from './pages.ts';
import type { Book, LiveLease } from './state.ts';

/** An unripe row that the mark passes is written again, so a fold waits for this many ripe rows for each unripe one. */
const RIPE_PER_UNRIPE = 8;
/** With this many ripe rows a fold no longer waits, because memory is dearer than rows. */
const FOLD_ANYWAY_AT = 4_096;
/** After a rush, pages with nothing but free slots are deleted, a few at a time, because every load would read them. */
const SLOTS_KEPT_PER_LEASE = 3;
const DROP_MOST = 512;

/** Folds if it is worth it. It runs inside a grant, so that it needs no alarm, and a refusal writes nothing. */
export function foldIfDue(book: Book, now: number): void {
  if (book.ripe < FOLD_AT || book.ripe < book.foldAgainAt) return;
  const rows = worthFolding(book);
  if (rows === 0) book.foldAgainAt = book.ripe + FOLD_AT;
  else fold(book, rows, now);
}

/** Folds the ripe leases among the first `rows`, and writes the unripe ones again. */
export function fold(book: Book, rows: number, now: number): void {
  const passed = firstOf(book, rows);
  const last = passed[passed.length - 1];
  if (last === undefined) return;
  book.mark = { foldedThrough: last.lease.number, foldedAt: now };
  book.noted.mark = book.mark;
  book.noted.purgeBefore = monthBefore(now, KEEP_MONTHS);
  const freed: number[] = [];
  for (const live of passed) {
    // A lease that this call has changed is written anyway, and its stored row does not have the change yet.
    if (live.isRipe && !book.noted.leases.has(live)) {
      sumUp(book, live, now);
      freed.push(live.lease.slot);
    } else renumberLease(book, live);
  }
  book.freeSlots = [...book.freeSlots, ...freed].sort((one, other) => other - one);
  book.foldAgainAt = 0;
  dropSparePages(book);
}

/** The lowest slots are taken first, so the last pages become empty. */
function dropSparePages(book: Book): void {
  const { freeSlots, leases } = book;
  const last = book.nextSlot - 1;
  const keep = Math.max(SLOTS_IN_LARGE_PAGES, FOLD_AT + SLOTS_KEPT_PER_LEASE * leases.size, last - DROP_MOST);
  let spare = 0;
  while (last - spare > keep && freeSlots[spare] === last - spare) spare++;
  const lastKept = lastSlotOf(pageOf(last - spare));
  if (lastKept >= last) return;
  freeSlots.splice(0, last - lastKept);
  book.nextSlot = lastKept + 1;
  book.noted.lastSlotKept = lastKept;
}

/** How many of the first rows the mark may pass: as many ripe ones as possible without too many unripe ones between them. */
function worthFolding(book: Book): number {
  let ripe = 0;
  let best = 0;
  const rows = firstOf(book, FOLD_MOST);
  for (const [index, { isRipe }] of rows.entries()) {
    if (isRipe) ripe++;
    const unripe = index + 1 - ripe;
    if (isRipe && ripe >= FOLD_AT && ripe >= RIPE_PER_UNRIPE * unripe) best = index + 1;
  }
  return best === 0 && book.ripe >= FOLD_ANYWAY_AT ? rows.length : best;
}

function firstOf({ leases }: Book, rows: number): LiveLease[] {
  const first: LiveLease[] = [];
  for (const live of leases.values()) {
    if (first.length === rows) break;
    first.push(live);
  }
  return first;
}

/**
 * Adds a ripe lease to the sums. If it is done, it counts at its cost. If no final report came, it stays booked in full, and can
 * no longer be lowered.
 */
function sumUp(book: Book, live: LiveLease, now: number): void {
  const { lease, day, status } = live;
  const booked = bookedMicroUsd(lease);
  const sum = {
    spentMicroUsd: booked,
    unsettledMicroUsd: status === 'unsettled' ? booked - lease.spent.microUsd : 0,
  };
  const month = monthOfPeriod(day);
  for (const scope of lease.scopes) {
    const account = accountOf(book.accounts, scope);
    const stored = storedOf(account, book.read);
    const sums = sumsOf(stored, scope, month);
    addToSums(sums, month, sum);
    addToSums(sums, day, sum);
    book.noted.sums.add(sums);
    const { newest = sums } = stored;
    const { tatUs } = paceAt(account.pace, now);
    if (tatUs <= newest.tatUs) continue;
    Object.assign(newest, { tatUs, tatAt: now });
    book.noted.sums.add(newest);
  }
  removeLease(book, live);
}
