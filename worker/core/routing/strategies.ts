/** How the deployments of one `order` group are put in order. `router.routingStrategy` names the strategy. */

/** The part of a candidate that a strategy may look at. The rest is in plan.ts. */
interface Weighted {
  weight: number;
}

/**
 * Puts a group of two or more deployments in the order in which they are tried. Each appears once, and none is left out. `random`
 * gives numbers in [0, 1) and is a strategy's only source of randomness.
 */
export type Strategy = <Candidate extends Weighted>(
  group: readonly Candidate[],
  random: () => number,
) => readonly Candidate[];

/** The values of `router.routingStrategy`. To add one, name it here and add its function to `STRATEGIES`. */
export const ROUTING_STRATEGIES = ['simple-shuffle'] as const;

/** A value of `router.routingStrategy`. */
export type RoutingStrategy = (typeof ROUTING_STRATEGIES)[number];

/** Each strategy's function. */
export const STRATEGIES: Readonly<Record<RoutingStrategy, Strategy>> = {
  'simple-shuffle': shuffle,
};

/** Draws deployments without replacement, with chances in proportion to their weights. */
function shuffle<Candidate extends Weighted>(group: readonly Candidate[], random: () => number): Candidate[] {
  const remaining = [...group];
  const drawn: Candidate[] = [];
  while (remaining.length > 1) {
    const chosen = draw(remaining, random());
    if (chosen === undefined) break;
    drawn.push(chosen);
    remaining.splice(remaining.indexOf(chosen), 1);
  }
  return drawn.concat(remaining);
}

/** Draws one of the group by weight. `chance` is a number in [0, 1). */
export function draw<Candidate extends Weighted>(group: readonly Candidate[], chance: number): Candidate | undefined {
  let point = chance * group.reduce((sum, { weight }) => sum + weight, 0);
  for (const candidate of group) {
    point -= candidate.weight;
    if (point < 0) return candidate;
  }
  return group[group.length - 1];
}
