/**
 * The limits in force. Each field has the value that was set over the admin API, or else the value in config. Every change is
 * kept (docs/admin.md).
 */

import { dayOf } from '../time.ts';
import { type Limits, NO_LIMITS, type Scope } from '../types.ts';
import { accountOf, storedOf } from './account.ts';
import { noteCrossings } from './ladder.ts';
import type { HistoryEntry, Overrides } from './rows.ts';
import { scopeProblem, wholeNumber } from './shape.ts';
import type { Book } from './state.ts';

const FIELDS = Object.keys(NO_LIMITS) as (keyof Limits)[];

/** The limits that a scope has now. */
export const inForce = (configured: Partial<Limits>, set: Partial<Limits>): Limits => ({
  monthlyMicroUsd: set.monthlyMicroUsd ?? configured.monthlyMicroUsd ?? null,
  dailyMicroUsd: set.dailyMicroUsd ?? configured.dailyMicroUsd ?? null,
  rps: set.rps ?? configured.rps ?? null,
  burst: set.burst ?? configured.burst ?? null,
  tpm: set.tpm ?? configured.tpm ?? null,
  parallel: set.parallel ?? configured.parallel ?? null,
});

/**
 * Warns an operator of a burst that is too small for slices, which need a bucket that lasts. Returns undefined if there is
 * nothing to warn of.
 */
export function burstNote({ rps, burst }: Limits): string | undefined {
  if (rps === null || burst === null || burst >= rps) return undefined;
  return `a burst of ${burst} is less than a second of ${rps} requests per second, so slices hardly fit and most requests ask the ledger; ${Math.ceil(5 * rps)} (five seconds) saves most of those calls`;
}

/** The limits now set for the scope, and in `before` those set until now. If the new limits are wrong, `detail` says why. */
export type LimitsReply = { ok: true; set: Partial<Limits>; before: Overrides } | { ok: false; detail: string };

/** Sets limits for one scope. Null removes a limit that was set, so that config's limit applies again. Every later grant obeys. */
export function setLimits(book: Book, scope: Scope, patch: Partial<Limits>, who: string, now: number): LimitsReply {
  const problem = scopeProblem(scope) ?? limitsProblem(patch);
  if (problem !== undefined) return { ok: false, detail: problem };
  const { overrides } = storedOf(accountOf(book.accounts, scope), book.read);
  const limits: Partial<Limits> = {};
  let isChange = false;
  for (const field of FIELDS) {
    const from = overrides.limits[field] ?? null;
    const to = patch[field] === undefined ? from : patch[field];
    if (to !== null) limits[field] = to;
    if (to === from) continue;
    isChange = true;
    noteInHistory(book, { at: now, who, scope, field, from, to });
  }
  if (isChange) {
    change(book, scope, { ...overrides, limits });
    noteCrossings(book, accountOf(book.accounts, scope), dayOf(now), now);
  }
  return { ok: true, set: limits, before: overrides };
}

/**
 * Revokes a scope, such as a key or a user, or restores it. A revoked scope is granted nothing more. Its slices end by themselves
 * within their `admitForMs` (ledger rule 4).
 */
export function setRevoked(book: Book, scope: Scope, revoked: boolean, who: string, now: number): LimitsReply {
  const problem = scopeProblem(scope);
  if (problem !== undefined) return { ok: false, detail: problem };
  const { overrides } = storedOf(accountOf(book.accounts, scope), book.read);
  if (overrides.revoked !== revoked) {
    noteInHistory(book, { at: now, who, scope, field: 'revoked', from: overrides.revoked, to: revoked });
    change(book, scope, { ...overrides, revoked });
  }
  return { ok: true, set: overrides.limits, before: overrides };
}

/** Says what is wrong with these limits and what would be right. Returns undefined if nothing is wrong. */
function limitsProblem(patch: Partial<Limits>): string | undefined {
  for (const [name, value] of Object.entries(patch)) {
    if (!FIELDS.includes(name as keyof Limits)) return `there is no limit "${name}"; write one of ${FIELDS.join(', ')}`;
    if (value === null || value === undefined) continue;
    if (name === 'rps') {
      if (!(Number.isFinite(value) && value >= 1e-6 && value <= 1e6))
        return 'rps: write a number from 0.000001 to 1000000';
    } else if (name === 'burst') {
      if (!wholeNumber(value) || value < 1 || value > 1e6) return 'burst: write a whole number from 1 to 1000000';
    } else if (!wholeNumber(value)) {
      return `${name}: write a whole number from 0 to ${Number.MAX_SAFE_INTEGER}`;
    }
  }
  return undefined;
}

/** Adds an entry to the history that operators see. */
export function noteInHistory(book: Book, entry: HistoryEntry): void {
  book.noted.history.push(entry);
}

function change(book: Book, scope: Scope, overrides: Overrides): void {
  storedOf(accountOf(book.accounts, scope), book.read).overrides = overrides;
  book.noted.overrides.set(scope, overrides);
}
