/** Decides after each attempt which deployment is tried next and when, or why the request ends. */
import { FAILURE_RULES, type Failure } from './failure.ts';
import type { Plan, Slot } from './plan.ts';

/** A slot of the plan that has had its turn. */
export interface Tried {
  slot: Slot;
  /** `skipped`: nothing was sent, because the deployment was at its `maxParallel` or another request held its probe. */
  failure: Failure | 'skipped';
}

/** Config's limits on retries. */
export interface RetrySettings {
  /** Further attempts within an `order` group. */
  numRetries: number;
  maxRetryAfterWaitMs: number;
}

/** The settings for bypass, which makes no second attempt, on the same deployment or on another. */
export const ONE_ATTEMPT: RetrySettings = { numRetries: 0, maxRetryAfterWaitMs: 0 };

/** What to do next. */
export type NextStep =
  | { kind: 'attempt'; slot: Slot; delayMs: number }
  /** The fault is the caller's own. It is returned as the provider said it. */
  | { kind: 'reject'; failure: Failure }
  | { kind: 'exhausted' }
  | { kind: 'deadline' };

/** Full jitter (AWS, "Exponential Backoff And Jitter"): the wait is anywhere between zero and a ceiling that doubles. */
const BACKOFF_BASE_MS = 250;
const BACKOFF_CEILING_MS = 2_000;

/** How long to wait before retry number `retry`, counted from 0. */
export const backoffMs = (retry: number, random: () => number): number =>
  Math.round(random() * Math.min(BACKOFF_CEILING_MS, BACKOFF_BASE_MS * 2 ** retry));

/** What to do after the attempts so far. The last attempt must have begun by `deadlineAt`. */
export function decideNext(
  plan: Plan,
  tried: readonly Tried[],
  now: number,
  deadlineAt: number,
  settings: RetrySettings,
  random: () => number,
): NextStep {
  const failed = tried.filter((entry): entry is Failed => entry.failure !== 'skipped');
  const last = failed[failed.length - 1];
  const isTime = now < deadlineAt;
  const untried = plan.slots.filter((slot) => canTake(slot, tried));
  const fault = failed.find(({ failure }) => FAILURE_RULES[failure.kind].blame === 'request');
  if (fault !== undefined) return afterRequestFault(isTime ? untried[0] : undefined, fault, last === fault);
  if (!isTime) return { kind: 'deadline' };
  if (last === undefined) return attempt(untried[0], 0);

  const { failure, slot } = last;
  if (hasRetries(slot, failed, settings)) {
    const sibling = untried.find(({ order }) => order === slot.order);
    if (sibling !== undefined) return attempt(sibling, 0);
    const delayMs = sameAgainAfterMs(tried, slot, failure, settings, random);
    if (delayMs !== undefined && now + delayMs < deadlineAt) return attempt(slot, delayMs);
  }
  const nextGroup = untried.find(({ order }) => !failed.some((entry) => entry.slot.order === order));
  return attempt(nextGroup ?? lastResort(plan, tried, failed, settings), 0);
}

/** True if a deployment that is not in cooldown could still be tried if this attempt took too long. */
export function isFollowedAfter(
  { slots }: Plan,
  tried: readonly Tried[],
  slot: Slot,
  settings: RetrySettings,
): boolean {
  const afterwards: Tried[] = [...tried, { slot, failure: TOOK_TOO_LONG }];
  return decideNext({ slots }, afterwards, 0, Number.POSITIVE_INFINITY, settings, () => 0).kind === 'attempt';
}
const TOOK_TOO_LONG: Failure = { kind: 'slow', message: '', mayBeBilled: true };

interface Failed extends Tried {
  failure: Failure;
}

const attempt = (slot: Slot | undefined, delayMs: number): NextStep =>
  slot === undefined ? { kind: 'exhausted' } : { kind: 'attempt', slot, delayMs };

/** True if the slot was not tried yet, and no failure of another deployment rules it out. */
const canTake = (slot: Slot, tried: readonly Tried[]): boolean =>
  !tried.some((entry) => entry.slot.id === slot.id || rulesOut(slot, entry));

/** Statuses for limits of an account or a host, not of a model. */
const NOT_OF_THE_MODEL: readonly unknown[] = [402, 413, 429];

/**
 * True if the failure of a tried slot rules out this slot too. A prompt that is too long for a model is too long for it everywhere.
 * What a model supports may differ between providers.
 */
function rulesOut({ model, provider }: Slot, { slot, failure }: Tried): boolean {
  if (failure === 'skipped' || slot.model !== model) return false;
  if (failure.kind === 'unsupported') return slot.provider === provider;
  return failure.kind === 'too_long' && !NOT_OF_THE_MODEL.includes(failure.status);
}

/**
 * A fault that concerns only this model allows one attempt elsewhere. Every other fault of the caller is final. If that attempt fails
 * too, the caller is told the first fault, which is the one to fix.
 */
function afterRequestFault(other: Slot | undefined, { failure }: Failed, isLast: boolean): NextStep {
  const mayDiffer = isLast && FAILURE_RULES[failure.kind].elsewhere && other !== undefined;
  return mayDiffer ? attempt(other, 0) : { kind: 'reject', failure };
}

const hasRetries = ({ order }: Slot, failed: readonly Failed[], { numRetries }: RetrySettings): boolean =>
  failed.filter(({ slot }) => slot.order === order).length <= numRetries;

/**
 * What to try when all slots have been tried and time is left: first a deployment whose answer was cut once, which is mostly chance,
 * then the deployments in cooldown. Each must be within its group's retries, and none is tried more than twice.
 */
function lastResort(
  { cooling = [] }: Plan,
  tried: readonly Tried[],
  failed: readonly Failed[],
  settings: RetrySettings,
): Slot | undefined {
  const wasCutOnce = ({ slot, failure }: Failed) =>
    failure.kind === 'cut' && !slot.probe && tried.filter((entry) => entry.slot.id === slot.id).length === 1;
  const again = failed.filter(wasCutOnce).map(({ slot }) => slot);
  const others = cooling.filter((slot) => canTake(slot, tried));
  return [...again, ...others].find((slot) => hasRetries(slot, failed, settings));
}

/** How long to wait before the same deployment is tried again. Undefined if it should not be. */
function sameAgainAfterMs(
  tried: readonly Tried[],
  slot: Slot,
  failure: Failure,
  settings: RetrySettings,
  random: () => number,
): number | undefined {
  const before = tried.filter((entry) => entry.slot.id === slot.id);
  // A half-open deployment that fails its probe is in cooldown at once, so there is nothing to wait for.
  if (slot.probe || !FAILURE_RULES[failure.kind].sameAgain || before.length > 1) return undefined;
  // A refusal cost nothing. An answer that may have been made would be paid for twice.
  if (failure.mayBeBilled) return undefined;
  if (failure.retryAfterMs === undefined) return backoffMs(before.length - 1, random);
  return failure.retryAfterMs <= settings.maxRetryAfterWaitMs ? failure.retryAfterMs : undefined;
}
