/** Decides which deployments a request may try, and in which order. Health, clock and randomness are arguments. */
import type { FailureKind } from './failure.ts';
import type { HealthState } from './health.ts';
import { type RoutingStrategy, STRATEGIES } from './strategies.ts';

/** A deployment as routing sees it at this moment. */
export interface Candidate {
  id: string;
  /** The model that it serves. A prompt that is too long for it is too long for every other deployment of the same model. */
  model: string;
  provider: string;
  order: number;
  weight: number;
  state: HealthState;
  /** When its cooldown ends. 0 if it is up. */
  until: number;
  /** True if the provider itself named that time. It is not called sooner. */
  asked: boolean;
  /** Why its cooldown began. */
  cause?: FailureKind | undefined;
}

/** The order in which deployments are tried, drawn once for each request. */
export interface Plan {
  /** Each deployment appears once. */
  slots: readonly Slot[];
  /** Deployments in cooldown. They are tried only after all of `slots` have failed, the soonest to be back first. */
  cooling?: readonly Slot[];
  /** When the first cooldown ends. Set only if nothing is up. */
  coolingUntil?: number;
}

/** One place in the plan. */
export interface Slot {
  id: string;
  model: string;
  provider: string;
  /** The deployment's group. After a failure, the others of the same group come next. */
  order: number;
  /** True if the deployment is half-open. One caller at a time may try it. */
  probe: boolean;
}

/**
 * The lowest `order` comes first. Within it, deployments are drawn by weight without replacement (`simple-shuffle`). Deployments in
 * cooldown come last, after all others have failed. If nothing is up, `try-soonest` tries all of them, first those whose cooldown is
 * over. None of them is a probe then, because a probe that another request has claimed would leave this request with nothing to try.
 */
export function plan(
  candidates: readonly Candidate[],
  now: number,
  random: () => number,
  whenAllCooling: 'try-soonest' | 'refuse',
  strategy: RoutingStrategy = 'simple-shuffle',
): Plan {
  const ready = candidates.filter((candidate) => candidate.state !== 'cooling');
  const cooling = candidates.filter((candidate) => candidate.state === 'cooling');
  const soonest = cooling
    .filter((candidate) => whenAllCooling === 'try-soonest' && !candidate.asked)
    .toSorted((one, other) => one.until - other.until || one.order - other.order);
  if (whenAllCooling === 'refuse' ? ready.length > 0 : ready.some(({ state }) => state === 'up')) {
    const slots = inOrder(ready, strategy, random).map(slot);
    return soonest.length === 0 ? { slots } : { slots, cooling: soonest.map(slot) };
  }
  const slots = [...inOrder(ready, strategy, random), ...soonest].map((candidate) => ({
    ...slot(candidate),
    probe: false,
  }));
  if (ready.length > 0) return { slots };
  return { slots, coolingUntil: Math.max(now, Math.min(...cooling.map(({ until }) => until))) };
}

/** The deployment that bypass asks: the first in the list among those with the lowest `order`. */
export function firstListed<T extends { order: number }>(deployments: readonly T[]): T[] {
  const lowest = Math.min(...deployments.map(({ order }) => order));
  return deployments.filter(({ order }) => order === lowest).slice(0, 1);
}

/** Sorts before every `order` that config can name, so a pinned deployment is a group by itself. */
const PINNED_ORDER = Number.NEGATIVE_INFINITY;

/**
 * The pinned deployment comes first, whatever its health, and never as a probe. The others follow in their usual order. While the
 * pinned one is not up, they are planned without it, so that it does not turn one of them into a probe or a last resort. A pin that
 * names none of the candidates has no effect.
 */
export function pinnedPlan(
  candidates: readonly Candidate[],
  pinned: string,
  now: number,
  random: () => number,
  whenAllCooling: 'try-soonest' | 'refuse',
  strategy: RoutingStrategy = 'simple-shuffle',
): Plan {
  const first = candidates.find(({ id }) => id === pinned);
  const isBeside = first === undefined || first.state === 'up';
  const beside = isBeside ? candidates : candidates.filter((one) => one !== first);
  const usual = plan(beside, now, random, whenAllCooling, strategy);
  if (first === undefined) return usual;
  const { slots, cooling } = usual;
  const pinnedSlot = { ...slot(first), probe: false, order: PINNED_ORDER };
  return {
    slots: [pinnedSlot, ...slots.filter(({ id }) => id !== pinned)],
    ...(cooling !== undefined && { cooling }),
  };
}

const slot = ({ id, model, provider, order, state }: Candidate): Slot => ({
  id,
  model,
  provider,
  order,
  probe: state === 'half-open',
});

/** Lowest `order` first. Within a group, the strategy decides. */
function inOrder(candidates: readonly Candidate[], strategy: RoutingStrategy, random: () => number): Candidate[] {
  // The usual case, one deployment per order, needs no strategy.
  if (candidates.every(({ order }, index) => index === 0 || order > (candidates[index - 1]?.order ?? 0))) {
    return [...candidates];
  }
  const sorted = candidates.toSorted((a, b) => a.order - b.order);
  const planned: Candidate[] = [];
  for (let start = 0; start < sorted.length; ) {
    let end = start + 1;
    while (sorted[end]?.order === sorted[start]?.order) end++;
    const group = sorted.slice(start, end);
    for (const candidate of group.length === 1 ? group : STRATEGIES[strategy](group, random)) planned.push(candidate);
    start = end;
  }
  return planned;
}
