/** Which deployments a request may try, in which order. Pure: standings, clock and chance are arguments. */
import type { FailureKind } from './failure.ts';
import type { HealthState } from './health.ts';

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
): Plan {
  const ready = candidates.filter((candidate) => candidate.standing !== 'resting');
  const resting = candidates.filter((candidate) => candidate.standing === 'resting');
  const soonest = resting
    .filter((candidate) => whenAllCooling === 'try-soonest' && !candidate.asked)
    .toSorted((one, other) => one.until - other.until || one.order - other.order);
  if (whenAllCooling === 'refuse' ? ready.length > 0 : ready.some(({ standing }) => standing === 'up')) {
    const slots = shuffle(ready, random).map(slot);
    return soonest.length === 0 ? { slots } : { slots, resting: soonest.map(slot) };
  }
  const slots = [...shuffle(ready, random), ...soonest].map((candidate) => ({ ...slot(candidate), probe: false }));
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
): Plan {
  const first = candidates.find(({ id }) => id === pinned);
  const isBeside = first === undefined || first.standing === 'up';
  const beside = isBeside ? candidates : candidates.filter((one) => one !== first);
  const usual = plan(beside, now, random, whenAllCooling);
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

function shuffle(candidates: readonly Candidate[], random: () => number): Candidate[] {
  // The usual case, a deployment per order, needs no draw.
  if (candidates.every(({ order }, index) => index === 0 || order > (candidates[index - 1]?.order ?? 0))) {
    return [...candidates];
  }
  const left = candidates.toSorted((one, other) => one.order - other.order);
  const drawn: Candidate[] = [];
  while (left.length > 0) {
    const order = left[0]?.order;
    const group = left.filter((candidate) => candidate.order === order);
    const chosen = group.length === 1 ? group[0] : draw(group, random());
    if (chosen === undefined) break;
    drawn.push(chosen);
    left.splice(left.indexOf(chosen), 1);
  }
  return drawn;
}

/** One of the group, by weight, for a number in [0, 1). */
export function draw<T extends { weight: number }>(group: readonly T[], chance: number): T | undefined {
  let point = chance * group.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of group) {
    point -= candidate.weight;
    if (point < 0) return candidate;
  }
  return group[group.length - 1];
}
