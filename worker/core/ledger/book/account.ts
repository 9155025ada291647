/** One scope in memory: a cache of its rows, updated with each lease, so that a grant looks at scopes and never at leases. */

import type { Day, Month, Period } from '../time.ts';
import { monthOfPeriod } from '../time.ts';
import type { Limits, MoneyFigures, Scope } from '../types.ts';
import { joinedPace, type Pace, UNUSED } from './gcra.ts';
import type { Overrides, ReadScope, Sum, Sums } from './rows.ts';

/** The leases of one period that are not folded. */
export interface Tally {
  leases: number;
  bookedMicroUsd: number;
  heldMicroUsd: number;
  unsettledMicroUsd: number;
  /** The part of `heldMicroUsd` held by slices that may still admit. */
  slicesMicroUsd: number;
}

/** The rows of a scope. */
export interface StoredRows {
  /** The months that were read so far. Undefined for a month without a row. */
  sums: Map<Month, Sums | undefined>;
  /** The newest month. Its `tatUs` and `tatAt` are those of the scope. */
  newest: Sums | undefined;
  readEarlier(month: Month): Sums | undefined;
  overrides: Overrides;
}

/** What is counted for one scope. */
export interface Account {
  scope: Scope;
  /** The scope's rows. Undefined until an ask needs them, because loading counts leases without reading the sums of each user. */
  stored: StoredRows | undefined;
  /**
   * The scope's limits in config, as the last ask named them. Undefined until the first ask, because reports do not name limits
   * (see `Book.configured`).
   */
  configured: Partial<Limits> | undefined;
  tallies: Map<Period, Tally>;
  /** How many leases count here. An account without leases can be forgotten and read again. */
  leases: number;
  slots: number;
  /** The newest minute that has a lease, and the tokens booked in it. */
  minute: number;
  tokens: number;
  /** Slots, and tokens of that minute, in slices that may still admit. */
  sliceSlots: number;
  sliceTokens: number;
  /** What the scope has used of its rate. `tatUs` never falls, whatever is freed (ledger rule 25). */
  pace: Pace;
}

const NOTHING: Sum = { spentMicroUsd: 0, unsettledMicroUsd: 0 };
const NO_OVERRIDES: Overrides = { limits: {}, revoked: false };

/** An account before any lease is counted. */
export const NOTHING_COUNTED = { leases: 0, slots: 0, minute: 0, tokens: 0, sliceSlots: 0, sliceTokens: 0 };

/** The account of a scope, made at first use. */
export function accountOf(accounts: Map<Scope, Account>, scope: Scope): Account {
  const known = accounts.get(scope);
  if (known !== undefined) return known;
  const account: Account = {
    scope,
    stored: undefined,
    configured: undefined,
    tallies: new Map(),
    pace: UNUSED,
    ...NOTHING_COUNTED,
  };
  accounts.set(scope, account);
  return account;
}

/** The account's rows, read at first use. */
export function storedOf(account: Account, read: ReadScope): StoredRows {
  if (account.stored !== undefined) return account.stored;
  const { newest, earlier, overrides } = read(account.scope);
  const stored: StoredRows = { sums: new Map(), newest, readEarlier: earlier, overrides: overrides ?? NO_OVERRIDES };
  if (newest !== undefined) {
    stored.sums.set(newest.month, newest);
    account.pace = joinedPace(account.pace, newest.tatUs, newest.tatAt);
  }
  account.stored = stored;
  return stored;
}

/** The row of a month, read at first use. Undefined if there is none. */
export function storedMonth(stored: StoredRows, month: Month): Sums | undefined {
  if (stored.newest === undefined || month > stored.newest.month) return undefined;
  if (!stored.sums.has(month)) stored.sums.set(month, stored.readEarlier(month));
  return stored.sums.get(month);
}

/** What was folded into a day or month. */
function summed(account: Account, period: Period): Sum {
  const sums = account.stored && storedMonth(account.stored, monthOfPeriod(period));
  if (sums === undefined) return NOTHING;
  return period.length === sums.month.length ? sums : (sums.days[period] ?? NOTHING);
}

/** Sums and leases together, as they are shown and checked against the caps. Read the account's rows first (`storedOf`). */
export function accountFigures(account: Account, period: Period): MoneyFigures {
  const { spentMicroUsd, unsettledMicroUsd } = summed(account, period);
  const tally = account.tallies.get(period);
  if (tally === undefined) return { spentMicroUsd, heldMicroUsd: 0, unsettledMicroUsd };
  return {
    spentMicroUsd: spentMicroUsd + tally.bookedMicroUsd - tally.heldMicroUsd,
    heldMicroUsd: tally.heldMicroUsd,
    unsettledMicroUsd: unsettledMicroUsd + tally.unsettledMicroUsd,
  };
}

/** What counts against the cap of a period: spent and held. Read the account's rows first (`storedOf`). */
export const bookedIn = (account: Account, period: Period): number =>
  summed(account, period).spentMicroUsd + (account.tallies.get(period)?.bookedMicroUsd ?? 0);

/** The money of a period in slices that may still admit. */
export const inSlices = (account: Account, period: Period): number => account.tallies.get(period)?.slicesMicroUsd ?? 0;

/** Tokens booked in a minute. */
export const tokensIn = (account: Account, minute: number): number => (account.minute === minute ? account.tokens : 0);

/** The tokens of a minute in slices that may still admit. */
export const tokensInSlices = (account: Account, minute: number): number =>
  account.minute === minute ? account.sliceTokens : 0;

/** The row of a month, made if there is none. The caller must note it as changed. */
export function sumsOf(stored: StoredRows, scope: Scope, month: Month): Sums {
  const known = storedMonth(stored, month);
  if (known !== undefined) return known;
  const { newest } = stored;
  const sums: Sums = { scope, month, ...NOTHING, days: {}, tatUs: newest?.tatUs ?? 0, tatAt: newest?.tatAt ?? 0 };
  stored.sums.set(month, sums);
  if (newest === undefined || month > newest.month) stored.newest = sums;
  return sums;
}

/** Adds to a month or to one of its days. */
export function addToSums(sums: Sums, period: Month | Day, { spentMicroUsd, unsettledMicroUsd }: Sum): void {
  const before: Sum = period === sums.month ? sums : (sums.days[period] ?? NOTHING);
  const after = {
    spentMicroUsd: before.spentMicroUsd + spentMicroUsd,
    unsettledMicroUsd: before.unsettledMicroUsd + unsettledMicroUsd,
  };
  if (period === sums.month) Object.assign(sums, after);
  else sums.days[period] = after;
}
