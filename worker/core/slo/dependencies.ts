/** Which promises depend on which others, and how those stand. */
import { evaluate, type SloState } from './evaluate.ts';
import type { Objective, Slo } from './slo.ts';
import type { ReadBook } from './tally.ts';

/** The dependencies that are shown beside an objective. */
export interface ShownDependencies {
  tier: Objective['tier'];
  /** The objectives that it depends on. */
  dependsOn: { objective: string; state: SloState; consumes: boolean }[];
  /** The objectives that its own failures touch. */
  touches: string[];
}

/** The dependencies of each objective. A dependency's state is that of its own promise, whichever tenant is looked at. */
export function dependenciesAt(book: ReadBook, slo: Slo, now: number): (objective: Objective) => ShownDependencies {
  const states = new Map<string, SloState>();
  const stateOf = (name: string): SloState => {
    const objective = slo.objectives.find((one) => one.name === name);
    const state = states.get(name) ?? (objective && evaluate(objective, book, slo, now, {}).state) ?? 'no_data';
    states.set(name, state);
    return state;
  };
  return ({ name, tier }) => ({
    tier,
    dependsOn: slo.dependencies.flatMap(({ objective, touches, consumes }) =>
      touches.includes(name) ? [{ objective, state: stateOf(objective), consumes }] : [],
    ),
    touches: slo.dependencies.flatMap(({ objective, touches }) => (objective === name ? touches : [])),
  });
}
