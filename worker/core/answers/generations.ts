/** Generations of cached answers. A purge raises one, which makes all earlier answers unreachable. */
export interface Generations {
  /** `generation` is for all features together, `generations` has one for each feature. */
  generation: number;
  generations: Record<string, number>;
}

/** Both numbers only grow, so their sum is never the same again. */
export const generationOf = ({ generation, generations }: Generations, feature: string): number =>
  generation + own(generations, feature);

/**
 * Raises the generation of a feature, or of all features if `feature` is null. The new number is at least the time, so that two purges
 * that read the same number do not write the same one.
 */
export function raiseGeneration(before: Generations, feature: string | null, now: number): Generations {
  const above = (number: number): number => Math.max(number + 1, now);
  return feature === null
    ? { ...before, generation: above(before.generation) }
    : { ...before, generations: { ...before.generations, [feature]: above(own(before.generations, feature)) } };
}

/** Reads own properties only, because a feature may be called `constructor`, which every object has. */
const own = (generations: Readonly<Record<string, number>>, feature: string): number =>
  Object.hasOwn(generations, feature) ? (generations[feature] ?? 0) : 0;
