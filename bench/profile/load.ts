import { keepBusy } from '../load/closed-loop.ts';
import { streams } from '../load/streams.ts';
import { WrongAnswers } from '../measure/alternate.ts';
import type { Subject } from '../subject/subject.ts';

export interface ProfiledLoad {
  streamed: boolean;
  seconds: number;
}

const CONNECTIONS = 16;
const STREAMS = { streamsPerSecond: 25, contentChunks: 100 };

export async function warmUp(subject: Subject, load: ProfiledLoad): Promise<void> {
  const { failures } = await keepBusy(subject, CONNECTIONS, 2_000);
  if (failures.first !== undefined) throw new WrongAnswers(`${subject.name}: ${failures.first}`);
  if (load.streamed) await runLoad(subject, { ...load, seconds: 1 });
}

/** How many requests, or streams of 100 chunks, the Worker answered, and the CPU time of its process for each. */
export interface Counted {
  requests: number;
  cpuMsPerRequest: number;
}

export async function runLoad(subject: Subject, { streamed, seconds }: ProfiledLoad): Promise<Counted> {
  const run = streamed
    ? await streams(subject, { ...STREAMS, seconds, seed: 1 })
    : await keepBusy(subject, CONNECTIONS, seconds * 1000);
  if (run.failures.first !== undefined) throw new WrongAnswers(`${subject.name}: ${run.failures.first}`);
  return 'timings' in run
    ? { requests: run.timings.length, cpuMsPerRequest: run.cpuMsPerStream ?? Number.NaN }
    : { requests: run.requests, cpuMsPerRequest: run.cpuMsPerRequest ?? Number.NaN };
}
