import { type StreamsRun, streams } from '../load/streams.ts';
import type { Plan, StreamsAtOnce } from '../plan.ts';
import { type Figure, overFloor, overReference, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { type SubjectName, type Subjects, subjectNamed } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate } from './alternate.ts';

export const STREAMED: readonly SubjectName[] = ['carryon', 'resumable', 'streamFloor', 'bare'];

const FIRST_CONTENT_DELAY_MS = 5;

/** Measures how long the first token takes, over many short streams. */
export async function measureFirstTokens(
  subjects: Subjects,
  upstream: Upstream,
  plan: Plan['firstTokens'],
): Promise<Row[]> {
  await upstream.script({ ...plan, firstContentDelayMs: FIRST_CONTENT_DELAY_MS });
  const rounds = await alternate([...subjects.keys()], plan.rounds, (name, seed) =>
    streams(subjectNamed(subjects, name), { ...plan, seed }),
  );
  const named = naming('streams', `First token, ${plan.streamsPerSecond} streams/s`);
  return overReference(rounds, [
    { ...named('timeToFirstTokenP50Ms', 'p50'), pick: (run) => percentile(firstTokens(run), 0.5) },
    { ...named('timeToFirstTokenP99Ms', 'p99'), pick: (run) => percentile(firstTokens(run), 0.99) },
  ]);
}

/** Measures how long a chunk is held up, and what a stream costs, over streams that are open at the same time. */
export async function measureStreams(subjects: Subjects, upstream: Upstream, plan: StreamsAtOnce): Promise<Row[]> {
  const { contentChunks, paceMs, rampSeconds } = plan;
  await upstream.script({ contentChunks, paceMs, firstContentDelayMs: FIRST_CONTENT_DELAY_MS });
  const rounds = await alternate([...subjects.keys()], plan.rounds, (name, seed) =>
    streams(subjectNamed(subjects, name), {
      ...{ streamsPerSecond: plan.streams / rampSeconds, seconds: rampSeconds, contentChunks, seed },
    }),
  );
  const named = naming(
    `streams${plan.streams}`,
    `${plan.streams} streams at once, ${contentChunks} chunks each, ${paceMs} ms apart`,
  );
  const cpu: Figure<StreamsRun> = {
    ...named('cpuMsPerStream', 'CPU per stream'),
    pick: (run) => run.cpuMsPerStream,
  };
  return [
    ...overReference(rounds, [
      { ...named('chunkDelayP50Ms', 'delay of a chunk, p50'), pick: (run) => percentile(chunkDelays(run), 0.5) },
      { ...named('chunkDelayP99Ms', 'delay of a chunk, p99'), pick: (run) => percentile(chunkDelays(run), 0.99) },
      cpu,
    ]),
    ...overFloor(rounds, 'carryon', ['streamFloor', 'the JavaScript floor'], cpu),
  ];
}

function naming(measure: string, group: string) {
  return (figure: string, label: string) => ({ id: `${measure}.${figure}`, group, label, unit: 'ms' });
}

function firstTokens(run: StreamsRun): number[] {
  return run.timings.map((timing) => timing.timeToFirstTokenMs);
}

function chunkDelays(run: StreamsRun): number[] {
  return run.timings.flatMap((timing) => timing.chunkDelaysMs);
}
