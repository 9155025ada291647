/** What remains under each limit in force: for `x-ratelimit-*` headers, and for the size of the next slice. */

import type { Left } from '../messages.ts';
import { dayOf, endOfDay, endOfMinute, endOfMonth, minuteOf, monthOf } from '../time.ts';
import { type Account, bookedIn, tokensIn } from './account.ts';
import type { AskedScope } from './check.ts';
import { bucketAt, paceAt } from './gcra.ts';

/** What remains for these scopes now. */
export function leftOf(places: readonly AskedScope[], now: number): Left[] {
  const left: Left[] = [];
  for (const { account, limits, rate } of places) {
    const { monthlyMicroUsd, dailyMicroUsd, tpm, parallel } = limits;
    if (monthlyMicroUsd !== null) {
      const remaining = monthlyMicroUsd - bookedIn(account, monthOf(now));
      left.push(leftUnder(account, 'monthly', monthlyMicroUsd, remaining, endOfMonth(now) - now));
    }
    if (dailyMicroUsd !== null) {
      const remaining = dailyMicroUsd - bookedIn(account, dayOf(now));
      left.push(leftUnder(account, 'daily', dailyMicroUsd, remaining, endOfDay(now) - now));
    }
    if (rate !== undefined) {
      const { remaining, resetMs } = bucketAt(paceAt(account.pace, now), now, rate);
      left.push(leftUnder(account, 'rps', rate.burst, remaining, resetMs));
    }
    if (tpm !== null) {
      const remaining = tpm - tokensIn(account, minuteOf(now));
      left.push(leftUnder(account, 'tpm', tpm, remaining, endOfMinute(now) - now));
    }
    if (parallel !== null) left.push(leftUnder(account, 'parallel', parallel, parallel - account.slots, 0));
  }
  return left;
}

const leftUnder = (
  { scope }: Account,
  limit: Left['limit'],
  cap: number,
  remaining: number,
  resetMs: number,
): Left => ({ scope, limit, cap, remaining: Math.max(0, remaining), resetMs });

const LIMITS: readonly Left['limit'][] = ['monthly', 'daily', 'rps', 'tpm', 'parallel'];

/**
 * The part of what is left that a holder needs. For each kind of limit it is the limit nearest to exhaustion, and the one with
 * the smallest cap if that is another one. With four scopes that each have limits, this makes the reply a quarter as long.
 */
export function narrowest(left: readonly Left[]): Left[] {
  const found: Left[] = [];
  for (const limit of LIMITS) {
    const nearest = tightest(left, limit);
    if (nearest === undefined) continue;
    let smallest = nearest;
    for (const one of left) if (one.limit === limit && one.cap < smallest.cap) smallest = one;
    found.push(nearest, smallest);
  }
  return left.filter((one) => found.includes(one));
}

/** The limit of this kind that is nearest to exhaustion. `x-ratelimit-*` headers have room for only one. */
export function tightest(left: readonly Left[], limit: Left['limit']): Left | undefined {
  let found: Left | undefined;
  for (const one of left) if (one.limit === limit && (found === undefined || isTighter(one, found))) found = one;
  return found;
}

const isTighter = (one: Left, other: Left): boolean =>
  one.remaining < other.remaining || (one.remaining === other.remaining && one.resetMs > other.resetMs);
