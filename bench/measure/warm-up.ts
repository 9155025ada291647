import { keepBusy } from '../load/closed-loop.ts';
import { type Subjects, subjectNamed } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate } from './alternate.ts';

/** Lets the compiler finish with the hot path before anything is timed. */
export async function warmUp(subjects: Subjects, upstream: Upstream, ms: number): Promise<void> {
  await upstream.answerAfter(0);
  await alternate([...subjects.keys()], 1, (name) => keepBusy(subjectNamed(subjects, name), 32, ms));
}
