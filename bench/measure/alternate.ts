import type { Failures } from '../load/failures.ts';
import type { SubjectName } from '../subject/subject.ts';

/** The samples of each subject, round by round. */
export type Rounds<Sample, Name extends SubjectName = SubjectName> = Record<Name, Sample[]>;

export const BOTH = ['carryon', 'bare'] as const;

/** All subjects in every round: slow drift of the machine falls on all alike. They get the same round number as their seed. */
export async function alternate<Sample extends { failures: Failures }, Name extends SubjectName>(
  names: readonly Name[],
  rounds: number,
  run: (name: Name, round: number) => Promise<Sample>,
): Promise<Rounds<Sample, Name>> {
  const samples = emptyRounds<Sample, Name>(names);
  for (let round = 0; round < rounds; round += 1) {
    for (const name of orderOf(names, round)) {
      const sample = await run(name, round);
      const { count, first } = sample.failures;
      if (count > 0) throw new WrongAnswers(`${name}: ${count} failed; the first: ${first}`);
      samples[name].push(sample);
    }
  }
  return samples;
}

export function emptyRounds<Sample, Name extends SubjectName>(names: readonly Name[]): Rounds<Sample, Name> {
  return Object.fromEntries(names.map((name) => [name, []])) as unknown as Rounds<Sample, Name>;
}

/** A B, B A, B A, A B; of three A B C, C B A, B C A, A C B, …: each comes first as often as the others. */
export function orderOf<Name>(names: readonly Name[], round: number): Name[] {
  const first = (round >> 1) % names.length;
  const order = [...names.slice(first), ...names.slice(0, first)];
  return round % 2 === 0 ? order : order.reverse();
}

/** A subject that does not answer rightly is not worth timing: nothing further is measured, and the command fails. */
export class WrongAnswers extends Error {
  constructor(what: string) {
    super(`wrong answers, so nothing more was measured. ${what}`);
  }
}
