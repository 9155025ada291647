/** Finds dependencies between promises that cannot exist or would count twice. Only the build uses this. */
import type { Dependency, Objective } from '../slo/slo.ts';
import type { Contradiction, Path } from './contradiction.ts';
import { nearestOf } from './nearest.ts';

const error = (path: Path, message: string): Contradiction => ({ path, message, isError: true });

/** Errors in `slo.dependencies`. */
export function dependencyContradictions(
  dependencies: readonly Dependency[],
  objectives: readonly Objective[],
): Contradiction[] {
  const names = objectives.map(({ name }) => name);
  const unknown = (name: string, path: Path): Contradiction[] =>
    names.includes(name) ? [] : [error(path, `"${name}" is not an objective; ${nearestOf(name, names)}`)];
  return dependencies.flatMap(({ objective, touches, consumes }, index) => {
    const path = ['slo', 'dependencies', index];
    const isTwice = dependencies.findIndex((other) => other.objective === objective) < index;
    return [
      ...unknown(objective, [...path, 'objective']),
      ...(isTwice
        ? [error([...path, 'objective'], `"${objective}" is written twice; write all that it touches once`)]
        : []),
      ...touches.flatMap((touched, place) => {
        const at = [...path, 'touches', place];
        if (touched === objective) return [error(at, 'is the dependency itself; leave it out')];
        if (touches.indexOf(touched) < place) return [error(at, `"${touched}" is written twice; write it once`)];
        const isPart = objectives.some(({ name, of }) => name === touched && of.includes(objective));
        const message = `"${objective}" is a part of "${touched}" already, so it would count twice; leave out consumes`;
        return isPart && consumes ? [error(at, message)] : unknown(touched, at);
      }),
    ];
  });
}
