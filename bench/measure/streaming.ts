import { type StreamsRun, streams } from '../load/streams.ts';
import type { StreamPlan } from '../plan.ts';
import { comparedRows, OVER_BARE, type Pair, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import { namesOf, type SubjectName, type Subjects } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate, type Rounds } from './alternate.ts';

type Both = Subjects<'carryon' | 'bare'>;

const FIRST_CONTENT_DELAY_MS = 5;

/** Many short streams: how long the first token takes. */
export async function measureFirstTokens<Name extends SubjectName>(
  subjects: Subjects<Name>,
  upstream: Upstream,
  plan: StreamPlan,
  pairs: readonly Pair<Name>[],
): Promise<Row[]> {
  const rounds = await runStreams(subjects, upstream, plan);
  const named = naming(`First token, ${plan.streamsPerSecond} streams/s`);
  return comparedRows(pairs, rounds, [
    { ...named('timeToFirstTokenP50Ms', 'p50'), pick: (run) => percentile(firstTokens(run), 0.5) },
    { ...named('timeToFirstTokenP99Ms', 'p99'), pick: (run) => percentile(firstTokens(run), 0.99) },
  ]);
}

/** A few long streams: how long each chunk is held up. Few, because chunks of several streams that come at one moment wait
 * for each other, and that wait is the load's, not the chunk's. */
export async function measureChunks(subjects: Both, upstream: Upstream, plan: StreamPlan): Promise<Row[]> {
  const rounds = await runStreams(subjects, upstream, plan);
  const named = naming(`Delay of a chunk, ${longStreams(plan)}`);
  return comparedRows([OVER_BARE], rounds, [
    { ...named('chunkDelayP50Ms', 'p50'), pick: (run) => percentile(chunkDelays(run), 0.5) },
    { ...named('chunkDelayP99Ms', 'p99'), pick: (run) => percentile(chunkDelays(run), 0.99) },
  ]);
}

/** Many long streams: what one costs, where a waking process finds more than one chunk to do. */
export async function measureStreamCost(subjects: Both, upstream: Upstream, plan: StreamPlan): Promise<Row[]> {
  const rounds = await runStreams(subjects, upstream, plan);
  const named = naming(`Cost of a stream, ${longStreams(plan)}`);
  return comparedRows([OVER_BARE], rounds, [
    { ...named('cpuMsPerStream', 'CPU per stream'), pick: (run) => run.cpuMsPerStream },
  ]);
}

async function runStreams<Name extends SubjectName>(
  subjects: Subjects<Name>,
  upstream: Upstream,
  plan: StreamPlan,
): Promise<Rounds<StreamsRun, Name>> {
  await upstream.script({ ...plan, firstContentDelayMs: FIRST_CONTENT_DELAY_MS });
  return alternate(namesOf(subjects), plan.rounds, (name, seed) => streams(subjects[name], { ...plan, seed }));
}

function longStreams({ streamsPerSecond, contentChunks, paceMs }: StreamPlan): string {
  return `${streamsPerSecond} streams/s of ${contentChunks} chunks ${paceMs} ms apart`;
}

function naming(group: string) {
  return (figure: string, label: string) => ({ id: `streamed.${figure}`, group, label, unit: 'ms' });
}

function firstTokens(run: StreamsRun): number[] {
  return run.timings.map((timing) => timing.timeToFirstTokenMs);
}

function chunkDelays(run: StreamsRun): number[] {
  return run.timings.flatMap((timing) => timing.chunkDelaysMs);
}
