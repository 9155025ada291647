/** Whether one want fits under the limits of one scope now (ledger rule 4), and what stands in its way. */

import type { LimitRefusal, MoneyRefusal, PaceRefusal, Want } from '../messages.ts';
import { HELD_RETRY_MS } from '../protocol.ts';
import { dayOf, endOfDay, endOfMinute, endOfMonth, minuteOf, monthOf, type Period } from '../time.ts';
import type { Limits } from '../types.ts';
import { type Account, accountFigures, bookedIn, inSlices, tokensIn, tokensInSlices } from './account.ts';
import { conforms, conformsInMs, neverConforms, paceAt, type Rate } from './gcra.ts';

/** A scope of an ask: its account, with its rows read, and the limits in force. */
export interface AskedScope {
  account: Account;
  limits: Limits;
  rate: Rate | undefined;
}

/** The time at which a want is judged, and what follows from it. */
export interface WantContext {
  now: number;
  /** How long the lease would admit: no longer than the current minute if tokens are limited. */
  admitForMs: number;
  /** The share that slices may hold of what nothing else has taken of a limit. It is 1 for a single request, which only needs to fit. */
  share: number;
}

/** True if no limit of the scope refuses the want. */
export const fits = (place: AskedScope, want: Want, moment: WantContext): boolean =>
  refusingLimits(place, want, moment).length === 0;

/** The refusals of all limits that refuse, because a wait is right only if it ends for all of them. */
export function refusingLimits(place: AskedScope, want: Want, moment: WantContext): LimitRefusal[] {
  const { limits } = place;
  const { now } = moment;
  const found: (LimitRefusal | undefined)[] = [
    overspent(place, want, moment, 'monthly', monthOf(now), limits.monthlyMicroUsd, endOfMonth(now)),
    overspent(place, want, moment, 'daily', dayOf(now), limits.dailyMicroUsd, endOfDay(now)),
    tooFast(place, want, moment),
    tooManyTokens(place, want, moment),
    tooManyAtOnce(place, want, moment),
  ];
  return found.filter((refusal) => refusal !== undefined);
}

/**
 * Without a cap, the sum must still be a number that adds up exactly. The amount is counted anyway, because a cap may be set in
 * mid-period.
 */
function overspent(
  { account }: AskedScope,
  { microUsd }: Want,
  { now, share }: WantContext,
  limit: MoneyRefusal['limit'],
  period: Period,
  cap: number | null,
  resetsAt: number,
): MoneyRefusal | undefined {
  const capMicroUsd = cap ?? Number.MAX_SAFE_INTEGER;
  // These figures are looked up only for a refusal.
  const free = capMicroUsd - bookedIn(account, period);
  if (isWithin(share, microUsd, free, inSlices(account, period))) return undefined;
  const { spentMicroUsd, heldMicroUsd } = accountFigures(account, period);
  const onlyHeld = spentMicroUsd + microUsd <= capMicroUsd;
  return {
    scope: account.scope,
    limit,
    spentMicroUsd,
    heldMicroUsd,
    capMicroUsd,
    wantedMicroUsd: microUsd,
    resetsAt,
    retryAfterMs: onlyHeld ? Math.min(HELD_RETRY_MS, resetsAt - now) : resetsAt - now,
    onlyHeld,
    neverFits: microUsd > capMicroUsd,
  };
}

function tooFast(
  { account, rate }: AskedScope,
  { requests }: Want,
  { now, share }: WantContext,
): PaceRefusal | undefined {
  if (rate === undefined || requests === 0) return undefined;
  const pace = paceAt(account.pace, now);
  if (conforms(pace, requests, now, rate, share)) return undefined;
  const retryAfterMs = Math.max(1, conformsInMs(pace, requests, now, rate));
  return {
    scope: account.scope,
    limit: 'rps',
    cap: rate.burst,
    resetsAt: now + retryAfterMs,
    retryAfterMs,
    onlyHeld: false,
    neverFits: neverConforms(requests, rate),
  };
}

/** Tokens per minute are a budget whose period is a minute. Worst cases are held, and actual counts are booked. */
function tooManyTokens(
  { account, limits: { tpm } }: AskedScope,
  { tokens }: Want,
  { now, share }: WantContext,
): PaceRefusal | undefined {
  if (tpm === null || tokens === 0) return undefined;
  const minute = minuteOf(now);
  const free = tpm - tokensIn(account, minute);
  if (isWithin(share, tokens, free, tokensInSlices(account, minute))) return undefined;
  const resetsAt = endOfMinute(now);
  return {
    scope: account.scope,
    limit: 'tpm',
    cap: tpm,
    resetsAt,
    retryAfterMs: resetsAt - now,
    onlyHeld: false,
    neverFits: tokens > tpm,
  };
}

function tooManyAtOnce(
  { account, limits: { parallel: cap } }: AskedScope,
  { parallel }: Want,
  { now, share }: WantContext,
): PaceRefusal | undefined {
  if (cap === null || parallel === 0) return undefined;
  const free = cap - account.slots;
  if (isWithin(share, parallel, free, account.sliceSlots)) return undefined;
  return {
    scope: account.scope,
    limit: 'parallel',
    cap,
    resetsAt: now + HELD_RETRY_MS,
    retryAfterMs: HELD_RETRY_MS,
    onlyHeld: parallel <= cap,
    neverFits: parallel > cap,
  };
}

/** True if `more` fits, and slices, which already hold `inSlices`, hold at most `share` of what nothing else has taken (ledger rule 28). */
const isWithin = (share: number, more: number, free: number, inSlices: number): boolean =>
  inSlices + more <= (inSlices + free) * share;
