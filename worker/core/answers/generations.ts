/** Generations of cached answers: a purge raises one, and the answers of all before it are out of reach. */
export interface Generations {
  /** Of all features together, and of each. */
  generation: number;
  generations: Record<string, number>;
}

/** Both only grow, so their sum does: no generation comes twice. */
export const generationOf = ({ generation, generations }: Generations, feature: string): number =>
  generation + own(generations, feature);

/** `feature` null: of all. By the time of day, so that two purges that read the same number do not give the same. */
export function raised(before: Generations, feature: string | null, now: number): Generations {
  const above = (number: number): number => Math.max(number + 1, now);
  return feature === null
    ? { ...before, generation: above(before.generation) }
    : { ...before, generations: { ...before.generations, [feature]: above(own(before.generations, feature)) } };
}

/** A feature may be called `constructor`, which every object has. */
const own = (generations: Readonly<Record<string, number>>, feature: string): number =>
  Object.hasOwn(generations, feature) ? (generations[feature] ?? 0) : 0;
