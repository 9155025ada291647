/** What remains under each limit in force: for `x-ratelimit-*` headers, and for the size of the next slice. */

import type { Left } from '../messages.ts';
import { dayOf, endOfDay, endOfMinute, endOfMonth, minuteOf, monthOf, type Period } from '../time.ts';
import { figuresOf, tokensIn } from './account.ts';
import type { Place } from './check.ts';
import { bucketAt, paceAt } from './gcra.ts';

/** What remains for these scopes now. */
export function leftOf(places: readonly Place[], now: number): Left[] {
  const left: Left[] = [];
  for (const { account, limits, rate } of places) {
    const { scope } = account;
    const add = (limit: Left['limit'], cap: number, remaining: number, resetMs: number) =>
      left.push({ scope, limit, cap, remaining: Math.max(0, remaining), resetMs });
    const unbooked = (cap: number, period: Period) => {
      const { spentMicroUsd, heldMicroUsd } = figuresOf(account, period);
      return cap - spentMicroUsd - heldMicroUsd;
    };
    const { monthlyMicroUsd, dailyMicroUsd, tpm, parallel } = limits;
    if (monthlyMicroUsd !== null) {
      add('monthly', monthlyMicroUsd, unbooked(monthlyMicroUsd, monthOf(now)), endOfMonth(now) - now);
    }
    if (dailyMicroUsd !== null) add('daily', dailyMicroUsd, unbooked(dailyMicroUsd, dayOf(now)), endOfDay(now) - now);
    if (rate !== undefined) {
      const { remaining, resetMs } = bucketAt(paceAt(account.pace, now), now, rate);
      add('rps', rate.burst, remaining, resetMs);
    }
    if (tpm !== null) add('tpm', tpm, tpm - tokensIn(account, minuteOf(now)), endOfMinute(now) - now);
    if (parallel !== null) add('parallel', parallel, parallel - account.slots, 0);
  }
  return left;
}

/** Of one kind of limit, the one that is nearest to its end: `x-ratelimit-*` headers have room for one. */
export const tightest = (left: readonly Left[], limit: Left['limit']): Left | undefined =>
  left
    .filter((one) => one.limit === limit)
    .toSorted((one, other) => one.remaining - other.remaining || other.resetMs - one.resetMs)[0];
