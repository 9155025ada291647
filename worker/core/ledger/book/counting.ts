/**
 * Adds a lease to the accounts of its scopes under its current status. Before the status changes, the lease is subtracted under
 * the old one.
 */

import { minuteOf, monthOfPeriod, type Period } from '../time.ts';
import { type Account, accountOf, NOTHING_COUNTED, type Tally } from './account.ts';
import {
  bookedMicroUsd,
  bookedTokens,
  foldableFrom,
  type Lease,
  type LeaseStatus,
  leaseStatus,
  mayAdmitUntil,
} from './lease.ts';
import type { Book, LiveLease } from './state.ts';
import { newWheel, schedule, unschedule } from './wheel.ts';

/** Counts a lease, and schedules when its status changes by time. */
export function countLease(book: Book, live: LiveLease, now: number): void {
  const ripensAt = foldableFrom(live.lease);
  live.status = leaseStatus(live.lease, now);
  live.isRipe = now >= ripensAt;
  const admitsUntil = mayAdmitUntil(live.lease);
  live.mayAdmit = now < admitsUntil;
  count(book, live, 1);
  if (live.isRipe) {
    book.ripe++;
  } else {
    const changesAt = live.mayAdmit ? admitsUntil : live.lease.settleBy;
    live.dueAt = live.status === 'open' ? changesAt : ripensAt;
    schedule(book.wheel, live);
  }
}

/** Takes a lease out of the counts. */
export function uncountLease(book: Book, live: LiveLease): void {
  count(book, live, -1);
  if (live.isRipe) book.ripe--;
  else unschedule(book.wheel, live);
}

/** Counts a lease again: its row changed, or time has passed. */
export function recount(book: Book, live: LiveLease, lease: Lease, now: number): void {
  uncountLease(book, live);
  live.lease = lease;
  countLease(book, live, now);
}

/** Counts all leases again, as of `now`. */
export function recountAll(book: Book, now: number): void {
  book.wheel = newWheel();
  book.ripe = 0;
  for (const account of book.accounts.values()) Object.assign(account, { tallies: new Map(), ...NOTHING_COUNTED });
  for (const live of book.leases.values()) countLease(book, live, now);
}

function count(book: Book, { lease, status, mayAdmit, day }: LiveLease, sign: 1 | -1): void {
  const booked = sign * bookedMicroUsd(lease);
  const rest = booked - sign * lease.spent.microUsd;
  const slots = status === 'open' ? sign * (lease.granted.parallel - lease.freed.parallel) : 0;
  const tokens = sign * bookedTokens(lease);
  const inSlices = mayAdmit ? rest : 0;
  const minute = minuteOf(lease.grantedAt);
  const month = monthOfPeriod(day);
  for (const scope of lease.scopes) {
    const account = accountOf(book.accounts, scope);
    account.leases += sign;
    account.slots += slots;
    if (mayAdmit) account.sliceSlots += slots;
    if (minute > account.minute) {
      account.minute = minute;
      account.tokens = 0;
      account.sliceTokens = 0;
    }
    if (minute === account.minute) account.tokens += tokens;
    if (minute === account.minute && mayAdmit) account.sliceTokens += tokens;
    addToTally(account, day, sign, booked, rest, inSlices, status);
    addToTally(account, month, sign, booked, rest, inSlices, status);
  }
}

const NOTHING_TALLIED: Tally = {
  leases: 0,
  bookedMicroUsd: 0,
  heldMicroUsd: 0,
  unsettledMicroUsd: 0,
  slicesMicroUsd: 0,
};

function addToTally(
  { tallies }: Account,
  period: Period,
  leases: 1 | -1,
  booked: number,
  rest: number,
  inSlices: number,
  status: LeaseStatus,
): void {
  const tally = tallies.get(period) ?? { ...NOTHING_TALLIED };
  if (tally.leases === 0) tallies.set(period, tally);
  tally.leases += leases;
  tally.bookedMicroUsd += booked;
  tally.slicesMicroUsd += inSlices;
  if (status === 'open') tally.heldMicroUsd += rest;
  if (status === 'unsettled') tally.unsettledMicroUsd += rest;
  if (tally.leases === 0) tallies.delete(period);
}
