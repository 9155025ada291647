import { saturate } from '../load/saturate.ts';
import { streams } from '../load/streams.ts';
import { WrongAnswers } from '../measure/alternate.ts';
import type { Subject } from '../subject/subject.ts';

export interface ProfiledLoad {
  streamed: boolean;
  seconds: number;
}

const CONNECTIONS = 64;
const STREAMS = { streamsPerSecond: 25, contentChunks: 100 };

export async function warmUp(subject: Subject, load: ProfiledLoad): Promise<void> {
  await saturate(subject, { connections: CONNECTIONS, warmMs: 2_000, measuredMs: 1 });
  if (load.streamed) await runLoad(subject, { ...load, seconds: 1 });
}

/** What was asked of the Worker, requests or streams of 100 chunks, and the process' CPU time for each by the system's count. */
export interface Counted {
  requests: number;
  cpuMsPerRequest: number;
}

export async function runLoad(subject: Subject, { streamed, seconds }: ProfiledLoad): Promise<Counted> {
  const run = streamed
    ? await streams(subject, { ...STREAMS, seconds, seed: 1 })
    : await saturate(subject, { connections: CONNECTIONS, warmMs: 0, measuredMs: seconds * 1000 });
  if (run.failures.first !== undefined) throw new WrongAnswers(`${subject.name}: ${run.failures.first}`);
  return 'timings' in run
    ? { requests: run.timings.length, cpuMsPerRequest: run.cpuMsPerStream ?? Number.NaN }
    : { requests: run.latenciesMs.length, cpuMsPerRequest: run.cpuMsPerRequest ?? Number.NaN };
}
