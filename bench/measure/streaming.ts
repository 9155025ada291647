import { type StreamsRun, streams } from '../load/streams.ts';
import type { StreamPlan } from '../plan.ts';
import { overBare, type Row } from '../report/row.ts';
import { percentile } from '../statistics.ts';
import type { SubjectName, Subjects } from '../subject/subject.ts';
import type { Upstream } from '../upstream/start.ts';
import { alternate, type Rounds } from './alternate.ts';

export const STREAMED = ['carryon', 'resumable', 'withoutLedger', 'bare'] as const;
/** The ledger has no part in what comes after the first token. */
const LONG = ['carryon', 'resumable', 'bare'] as const;

type Streamed = Subjects<(typeof STREAMED)[number]>;

const FIRST_CONTENT_DELAY_MS = 5;

/** Many short streams: how long the first token takes. */
export async function measureFirstTokens(subjects: Streamed, upstream: Upstream, plan: StreamPlan): Promise<Row[]> {
  const rounds = await runStreams(subjects, STREAMED, upstream, plan);
  const named = naming(`First token, ${plan.streamsPerSecond} streams/s`);
  return overBare(rounds, [
    { ...named('timeToFirstTokenP50Ms', 'p50'), pick: (run) => percentile(firstTokens(run), 0.5) },
    { ...named('timeToFirstTokenP99Ms', 'p99'), pick: (run) => percentile(firstTokens(run), 0.99) },
  ]);
}

/** A few long streams: how long each chunk is held up. Few, because chunks of several streams that come at one moment wait
 * for each other, and that wait is the load's, not the chunk's. */
export async function measureChunks(subjects: Streamed, upstream: Upstream, plan: StreamPlan): Promise<Row[]> {
  const rounds = await runStreams(subjects, LONG, upstream, plan);
  const named = naming(`Delay of a chunk, ${longStreams(plan)}`);
  return overBare(rounds, [
    { ...named('chunkDelayP50Ms', 'p50'), pick: (run) => percentile(chunkDelays(run), 0.5) },
    { ...named('chunkDelayP99Ms', 'p99'), pick: (run) => percentile(chunkDelays(run), 0.99) },
  ]);
}

/** Many long streams: what one costs, where a waking process finds more than one chunk to do. */
export async function measureStreamCost(subjects: Streamed, upstream: Upstream, plan: StreamPlan): Promise<Row[]> {
  const rounds = await runStreams(subjects, LONG, upstream, plan);
  const named = naming(`Cost of a stream, ${longStreams(plan)}`);
  return overBare(rounds, [{ ...named('cpuMsPerStream', 'CPU per stream'), pick: (run) => run.cpuMsPerStream }]);
}

async function runStreams<Name extends SubjectName>(
  subjects: Subjects<Name>,
  names: readonly Name[],
  upstream: Upstream,
  plan: StreamPlan,
): Promise<Rounds<StreamsRun, Name>> {
  await upstream.script({ ...plan, firstContentDelayMs: FIRST_CONTENT_DELAY_MS });
  return alternate(names, plan.rounds, (name, seed) => streams(subjects[name], { ...plan, seed }));
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
