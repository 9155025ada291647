import { keepBusy } from '../load/closed-loop.ts';
import { streams } from '../load/streams.ts';
import { type Subjects, subjectNamed } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate } from './alternate.ts';

/** Lets the compiler finish with the hot path before anything is timed. */
export async function warmUp(subjects: Subjects, upstream: Upstream, ms: number): Promise<void> {
  await upstream.answerAfter(0);
  await alternate([...subjects.keys()], 1, (name) => keepBusy(subjectNamed(subjects, name), 32, ms));
}

/** The same for streams, which take a different path from whole answers. */
export async function warmUpStreams(subjects: Subjects, upstream: Upstream, ms: number): Promise<void> {
  const [contentChunks, paceMs, streamsPerSecond] = [50, 5, 50];
  await upstream.script({ contentChunks, paceMs, firstContentDelayMs: 0 });
  const load = { streamsPerSecond, seconds: ms / 1_000, contentChunks };
  await alternate([...subjects.keys()], 1, (name, seed) => streams(subjectNamed(subjects, name), { ...load, seed }));
}
