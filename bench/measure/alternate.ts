import type { Failures } from '../load/failures.ts';
import type { Entrant } from '../subject/subject.ts';

/** The samples of each subject, round by round. */
export type Rounds<Sample> = ReadonlyMap<Entrant, Sample[]>;

/** Runs every subject once in every round, so that a slow drift of the machine affects all alike. `run` gets the round's number, for a
 * seed that all of them share. */
export async function alternate<Sample extends { failures: Failures }>(
  names: readonly Entrant[],
  rounds: number,
  run: (name: Entrant, round: number) => Promise<Sample>,
): Promise<Rounds<Sample>> {
  const samples = new Map(names.map((name): [Entrant, Sample[]] => [name, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const name of orderOf(names, round)) {
      const sample = await run(name, round);
      const { count, first } = sample.failures;
      if (count > 0) throw new WrongAnswers(`${name}: ${count} failed; the first: ${first}`);
      samples.get(name)?.push(sample);
    }
  }
  return samples;
}

/** The order of a round: A B, B A, B A, A B, and with three A B C, C B A, B C A, A C B, … Each comes first equally often. */
export function orderOf<Name>(names: readonly Name[], round: number): Name[] {
  const first = (round >> 1) % names.length;
  const order = [...names.slice(first), ...names.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}

/** Thrown because timing wrong answers would mean nothing. The run stops and the command fails. */
export class WrongAnswers extends Error {
  constructor(what: string) {
    super(`wrong answers, so nothing more was measured. ${what}`);
  }
}
