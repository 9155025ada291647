/** Which deployments a request may try, in which order. Pure: health, clock and chance are arguments. */
import type { FailureKind } from './failure.ts';
import type { HealthState } from './health.ts';
import { type RoutingStrategy, STRATEGIES } from './strategies.ts';

export interface Candidate {
  id: string;
  /** What it serves; another deployment of the same model could not take a prompt that is too long for it. */
  model: string;
  provider: string;
  order: number;
  weight: number;
  standing: HealthState;
  /** When a resting one may be tried again. */
  until: number;
  /** Its provider named that time, so it is not asked sooner. */
  asked: boolean;
  /** Why its cooldown began. */
  cause?: FailureKind | undefined;
}

export interface Plan {
  /** In the order of trying, each deployment once. */
  slots: readonly Slot[];
  /** Asked only where all of those have failed, the soonest to be back first. */
  resting?: readonly Slot[];
  /** Set where there is nobody to ask: when the soonest may be. */
  restingUntil?: number;
}

export interface Slot {
  id: string;
  model: string;
  provider: string;
  /** Its group: where one has failed, the others of its group come next. */
  order: number;
  /** Half-open: to be tried by one prober at a time. */
  probe: boolean;
}

/**
 * Lowest `order` first; within it, weights drawn without replacement (`simple-shuffle`). Resting ones come last, where all
 * others have failed. The last deployment is never cooled: where nobody is up, all are tried (`try-soonest`), those whose rest
 * is over first, none as a probe, for a probe taken by another request would leave this one with nobody.
 */
export function plan(
  candidates: readonly Candidate[],
  now: number,
  random: () => number,
  whenAllCooling: 'try-soonest' | 'refuse',
  strategy: RoutingStrategy = 'simple-shuffle',
): Plan {
  const ready = candidates.filter((candidate) => candidate.standing !== 'resting');
  const resting = candidates.filter((candidate) => candidate.standing === 'resting');
  const soonest = resting
    .filter((candidate) => whenAllCooling === 'try-soonest' && !candidate.asked)
    .toSorted((one, other) => one.until - other.until || one.order - other.order);
  if (whenAllCooling === 'refuse' ? ready.length > 0 : ready.some(({ standing }) => standing === 'up')) {
    const slots = inOrder(ready, strategy, random).map(slot);
    return soonest.length === 0 ? { slots } : { slots, resting: soonest.map(slot) };
  }
  const slots = [...inOrder(ready, strategy, random), ...soonest].map((candidate) => ({
    ...slot(candidate),
    probe: false,
  }));
  if (ready.length > 0) return { slots };
  return { slots, restingUntil: Math.max(now, Math.min(...resting.map(({ until }) => until))) };
}

/** What bypass asks: of those with the lowest `order` the first in the list. */
export function firstListed<T extends { order: number }>(deployments: readonly T[]): T[] {
  const lowest = Math.min(...deployments.map(({ order }) => order));
  return deployments.filter(({ order }) => order === lowest).slice(0, 1);
}

/** Before every `order` that config can name: a pinned deployment is a group by itself, and has no siblings. */
const PINNED_ORDER = Number.NEGATIVE_INFINITY;

/**
 * The pinned deployment comes first, whatever its standing, and never as a probe. The others follow in their usual order. While the
 * pinned one rests they are planned without it, so that none of them is held back as a probe or a last resort for its sake. A pin
 * that names none of the candidates is idle.
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
  const isBeside = first === undefined || first.standing === 'up';
  const beside = isBeside ? candidates : candidates.filter((one) => one !== first);
  const usual = plan(beside, now, random, whenAllCooling, strategy);
  if (first === undefined) return usual;
  const { slots, resting } = usual;
  const pinnedSlot = { ...slot(first), probe: false, order: PINNED_ORDER };
  return {
    slots: [pinnedSlot, ...slots.filter(({ id }) => id !== pinned)],
    ...(resting !== undefined && { resting }),
  };
}

const slot = ({ id, model, provider, order, standing }: Candidate): Slot => ({
  id,
  model,
  provider,
  order,
  probe: standing === 'half-open',
});

/** Lowest `order` first; within a group as the strategy says. */
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
