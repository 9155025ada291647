/** After each attempt: which deployment is tried next and when, or why the request ends. Pure. */
import { FAILURE_RULES, type Failure } from './failure.ts';
import type { Plan, Slot } from './plan.ts';

export interface Tried {
  slot: Slot;
  /** `skipped`: it was at its `maxParallel`, or its probe was taken; nothing was sent. */
  failure: Failure | 'skipped';
}

export interface RetrySettings {
  /** Further attempts within an `order` group. */
  numRetries: number;
  maxRetryAfterWaitMs: number;
}

export type Next =
  | { kind: 'attempt'; slot: Slot; delayMs: number }
  /** The caller's own fault: returned as the provider said it. */
  | { kind: 'reject'; failure: Failure }
  | { kind: 'exhausted' }
  | { kind: 'deadline' };

/** Full jitter (AWS "Exponential Backoff And Jitter"): anywhere between nought and the ceiling, which doubles. */
const BACKOFF_BASE_MS = 250;
const BACKOFF_CEILING_MS = 2_000;

export const backoffMs = (retry: number, random: () => number): number =>
  Math.round(random() * Math.min(BACKOFF_CEILING_MS, BACKOFF_BASE_MS * 2 ** retry));

export function next(
  plan: Plan,
  tried: readonly Tried[],
  now: number,
  deadlineAt: number,
  settings: RetrySettings,
  random: () => number,
): Next {
  if (now >= deadlineAt) return { kind: 'deadline' };
  const fresh = untried(plan, tried);
  const failed = tried.filter((entry): entry is Failed => entry.failure !== 'skipped');
  const last = failed[failed.length - 1];
  if (last === undefined) return attempt(fresh[0], 0);

  const { failure, slot } = last;
  if (FAILURE_RULES[failure.kind].blame === 'request') return afterRequestFault(fresh, failed, failure);

  const inGroup = failed.filter((entry) => entry.slot.order === slot.order).length;
  if (inGroup <= settings.numRetries) {
    const sibling = fresh.find(({ order }) => order === slot.order);
    if (sibling !== undefined) return attempt(sibling, 0);
    const delayMs = sameAgainAfterMs(tried, slot, failure, settings, random);
    if (delayMs !== undefined && now + delayMs < deadlineAt) return attempt(slot, delayMs);
  }
  const nextGroup = fresh.find(({ order }) => !failed.some((entry) => entry.slot.order === order));
  return attempt(nextGroup, 0);
}

interface Failed extends Tried {
  failure: Failure;
}

const attempt = (slot: Slot | undefined, delayMs: number): Next =>
  slot === undefined ? { kind: 'exhausted' } : { kind: 'attempt', slot, delayMs };

/** Those not tried yet whose model did not say that the request is too long for it. */
const untried = (plan: Plan, tried: readonly Tried[]): Slot[] =>
  plan.slots.filter((slot) => !tried.some((entry) => entry.slot.id === slot.id || isTooLongFor(slot.model, entry)));

const isTooLongFor = (model: string, { slot, failure }: Tried): boolean =>
  failure !== 'skipped' && failure.kind === 'too_long' && slot.model === model;

/** Too long for this model is asked once more, where another model could take it; every other fault of the caller is final. */
function afterRequestFault(fresh: readonly Slot[], failed: readonly Failed[], failure: Failure): Next {
  const sameFault = failed.filter((entry) => entry.failure.kind === failure.kind);
  const mayDiffer = FAILURE_RULES[failure.kind].elsewhere && sameFault.length === 1;
  return mayDiffer && fresh[0] !== undefined ? attempt(fresh[0], 0) : { kind: 'reject', failure };
}

/** How long to wait before the same deployment is tried once more; undefined where it should not be. */
function sameAgainAfterMs(
  tried: readonly Tried[],
  slot: Slot,
  failure: Failure,
  settings: RetrySettings,
  random: () => number,
): number | undefined {
  const before = tried.filter((entry) => entry.slot.id === slot.id);
  // A half-open deployment that fails its probe rests at once, so there is nothing to wait for.
  if (slot.probe || !FAILURE_RULES[failure.kind].sameAgain || before.length > 1) return undefined;
  if (failure.retryAfterMs === undefined) return backoffMs(before.length - 1, random);
  return failure.retryAfterMs <= settings.maxRetryAfterWaitMs ? failure.retryAfterMs : undefined;
}
