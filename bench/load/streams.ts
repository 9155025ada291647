import { Connection } from '../http/connection.ts';
import { cpuMs } from '../process/usage.ts';
import type { Subject } from '../subject/subject.ts';
import { Failures } from './failures.ts';
import { runOnSchedule } from './run-on-schedule.ts';
import { dueTimesMs, seededRandom } from './schedule.ts';
import { StreamedReply, type StreamTiming } from './streamed-reply.ts';

export interface StreamsRun {
  timings: StreamTiming[];
  cpuMsPerStream: number | undefined;
  /** The largest number of streams that were open at one time. */
  mostOpen: number;
  failures: Failures;
}

/** Opens streams at a fixed rate and reads each to its end. */
export async function streams(
  subject: Subject,
  load: { streamsPerSecond: number; seconds: number; contentChunks: number; seed: number },
): Promise<StreamsRun> {
  const failures = new Failures();
  const timings: StreamTiming[] = [];
  const exchanges: Promise<void>[] = [];
  let open = 0;
  let mostOpen = 0;

  const dueTimes = dueTimesMs(load.streamsPerSecond, load.seconds, seededRandom(load.seed));
  // The connections are opened beforehand, because a stream's time to first token should not include a TCP handshake.
  const connections = await Connection.openMany(subject.port, dueTimes.length);
  const cpuBefore = cpuMs(subject.processId);
  await runOnSchedule(dueTimes, (index) => {
    const connection = connections[index];
    if (connection !== undefined) exchanges.push(read(connection, index));
  });
  await Promise.all(exchanges);
  const cpuAfter = cpuMs(subject.processId);
  for (const connection of connections) connection.close();
  const cpuMsPerStream =
    cpuBefore !== undefined && cpuAfter !== undefined ? (cpuAfter - cpuBefore) / dueTimes.length : undefined;
  return { timings, cpuMsPerStream, mostOpen, failures };

  function read(connection: Connection, index: number): Promise<void> {
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    return new Promise((resolve) => {
      const reply = new StreamedReply(load.contentChunks, (result) => {
        open -= 1;
        if (typeof result === 'string') failures.add(result);
        else timings.push(result);
        resolve();
      });
      connection.send(subject.requests.streamed(index), reply);
    });
  }
}
