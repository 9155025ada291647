import type { Failures } from '../load/failures.ts';
import type { Subject } from '../subject/subject.ts';

/** The samples of both, round by round. */
export interface Rounds<Sample> {
  carryon: Sample[];
  bare: Sample[];
}

/** A B, B A, A B, …: slow drift of the machine falls on both alike. Both get the same round number as their seed. */
export async function alternate<Sample extends { failures: Failures }>(
  rounds: number,
  run: (name: Subject['name'], round: number) => Promise<Sample>,
): Promise<Rounds<Sample>> {
  const samples: Rounds<Sample> = { carryon: [], bare: [] };
  for (let round = 0; round < rounds; round += 1) {
    const order = round % 2 === 0 ? (['carryon', 'bare'] as const) : (['bare', 'carryon'] as const);
    for (const name of order) {
      const sample = await run(name, round);
      const { count, first } = sample.failures;
      if (count > 0) throw new WrongAnswers(`${name}: ${count} failed; the first: ${first}`);
      samples[name].push(sample);
    }
  }
  return samples;
}

/** A subject that does not answer rightly is not worth timing: nothing further is measured, and the command fails. */
export class WrongAnswers extends Error {
  constructor(what: string) {
    super(`wrong answers, so nothing more was measured. ${what}`);
  }
}
