/** One scope in memory: a cache of its rows, kept incrementally so that a grant looks at scopes, never at leases. */

import type { Day, Month, Period } from '../time.ts';
import { monthOfPeriod } from '../time.ts';
import type { Figures, Limits, Scope } from '../types.ts';
import { joined, type Pace, UNUSED } from './gcra.ts';
import type { Overrides, ReadScope, Sum, Sums } from './rows.ts';

/** The leases of one period that are not folded. */
export interface Tally {
  leases: number;
  bookedMicroUsd: number;
  heldMicroUsd: number;
  unsettledMicroUsd: number;
}

export interface Stored {
  /** Months read so far; undefined where there is no row. */
  sums: Map<Month, Sums | undefined>;
  /** Its `tatUs` and `tatAt` are the scope's. */
  newest: Sums | undefined;
  readEarlier(month: Month): Sums | undefined;
  overrides: Overrides;
}

export interface Account {
  scope: Scope;
  /** Undefined until somebody asks: a load counts leases without reading each user's sums. */
  stored: Stored | undefined;
  /** What config says of it, as last heard in an ask; undefined until then, for a report does not tell (`Book.configured`). */
  configured: Partial<Limits> | undefined;
  tallies: Map<Period, Tally>;
  /** Leases that count here; without one, all of this can be read again. */
  leases: number;
  slots: number;
  /** Tokens booked in the newest minute of which there is a lease. */
  minute: number;
  tokens: number;
  /** Its `tatUs` never falls, whatever is freed. */
  pace: Pace;
}

const NOTHING: Sum = { spentMicroUsd: 0, unsettledMicroUsd: 0 };
const NO_OVERRIDES: Overrides = { limits: {}, revoked: false };

export const NOTHING_COUNTED = { leases: 0, slots: 0, minute: 0, tokens: 0 };

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
export function storedOf(account: Account, read: ReadScope): Stored {
  if (account.stored !== undefined) return account.stored;
  const { newest, earlier, overrides } = read(account.scope);
  const stored: Stored = { sums: new Map(), newest, readEarlier: earlier, overrides: overrides ?? NO_OVERRIDES };
  if (newest !== undefined) {
    stored.sums.set(newest.month, newest);
    account.pace = joined(account.pace, newest.tatUs, newest.tatAt);
  }
  account.stored = stored;
  return stored;
}

/** The row of a month, read at first use; undefined where there is none. */
export function storedMonth(stored: Stored, month: Month): Sums | undefined {
  if (stored.newest === undefined || month > stored.newest.month) return undefined;
  if (!stored.sums.has(month)) stored.sums.set(month, stored.readEarlier(month));
  return stored.sums.get(month);
}

/** What is in the sums of a day or month. */
export function summed(account: Account, period: Period): Sum {
  const sums = account.stored && storedMonth(account.stored, monthOfPeriod(period));
  if (sums === undefined) return NOTHING;
  return period.length === sums.month.length ? sums : (sums.days[period] ?? NOTHING);
}

/** Sums and leases together: what is shown and checked. Read the account's rows first (`storedOf`). */
export function figuresOf(account: Account, period: Period): Figures {
  const { spentMicroUsd, unsettledMicroUsd } = summed(account, period);
  const tally = account.tallies.get(period);
  if (tally === undefined) return { spentMicroUsd, heldMicroUsd: 0, unsettledMicroUsd };
  return {
    spentMicroUsd: spentMicroUsd + tally.bookedMicroUsd - tally.heldMicroUsd,
    heldMicroUsd: tally.heldMicroUsd,
    unsettledMicroUsd: unsettledMicroUsd + tally.unsettledMicroUsd,
  };
}

export const tokensIn = (account: Account, minute: number): number => (account.minute === minute ? account.tokens : 0);

/** The row of a month, made where there is none. The caller notes it as changed. */
export function sumsOf(stored: Stored, scope: Scope, month: Month): Sums {
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
