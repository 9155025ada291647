import { saturate } from '../load/saturate.ts';
import { namesOf, type SubjectName, type Subjects } from '../subject/subject.ts';
import { alternate } from './alternate.ts';

/** The compiler should be done with the hot path before anything is timed. */
export async function warmUp<Name extends SubjectName>(subjects: Subjects<Name>, warmMs: number): Promise<void> {
  await alternate(namesOf(subjects), 1, (name) => saturate(subjects[name], { connections: 32, warmMs, measuredMs: 1 }));
}
