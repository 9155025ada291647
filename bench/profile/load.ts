import { keepBusy } from '../load/closed-loop.ts';
import type { Failures } from '../load/failures.ts';
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
  refuse(failures, subject);
  if (load.streamed) await runLoad(subject, { ...load, seconds: 1 });
}

/** How many requests, or streams of 100 chunks, the Worker answered, and the CPU time of its process for each. */
export interface Counted {
  requests: number;
  cpuMsPerRequest: number;
}

export async function runLoad(subject: Subject, { streamed, seconds }: ProfiledLoad): Promise<Counted> {
  if (streamed) {
    const { timings, cpuMsPerStream, failures } = await streams(subject, { ...STREAMS, seconds, seed: 1 });
    refuse(failures, subject);
    return { requests: timings.length, cpuMsPerRequest: cpuMsPerStream ?? Number.NaN };
  }
  const { requests, cpuMsPerRequest, failures } = await keepBusy(subject, CONNECTIONS, seconds * 1000);
  refuse(failures, subject);
  return { requests, cpuMsPerRequest: cpuMsPerRequest ?? Number.NaN };
}

function refuse({ first }: Failures, { name }: Subject): void {
  if (first !== undefined) throw new WrongAnswers(`${name}: ${first}`);
}
