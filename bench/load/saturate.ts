import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.ts';
import { Connection } from '../http/connection.ts';
import { cpuMs } from '../process/usage.ts';
import type { Subject } from '../subject/subject.ts';
import { Failures } from './failures.ts';
import { WholeReply } from './whole-reply.ts';

export interface SaturatedRun {
  requestsPerSecond: number;
  /** The workerd process', all threads; undefined where the machine does not tell. */
  cpuMsPerRequest: number | undefined;
  latenciesMs: number[];
  failures: Failures;
}

/** Every connection asks again as soon as it was answered (closed loop). What happens in `warmMs` does not count. */
export async function saturate(
  subject: Subject,
  load: { connections: number; warmMs: number; measuredMs: number },
): Promise<SaturatedRun> {
  const failures = new Failures();
  let latenciesMs: number[] = [];
  let stopping = false;
  let asked = 0;

  const connections = await Connection.openMany(subject.port, load.connections);
  const finished = connections.map(
    (connection) => new Promise<void>((resolve) => askAgainAndAgain(connection, resolve)),
  );

  await sleep(load.warmMs);
  latenciesMs = [];
  const [cpuBefore, beganAtMs] = [cpuMs(subject.processId), nowMs()];
  await sleep(load.measuredMs);
  const [cpuAfter, endedAtMs, counted] = [cpuMs(subject.processId), nowMs(), latenciesMs];
  stopping = true;
  latenciesMs = [];
  await Promise.all(finished);
  return {
    requestsPerSecond: counted.length / ((endedAtMs - beganAtMs) / 1000),
    cpuMsPerRequest:
      cpuBefore !== undefined && cpuAfter !== undefined ? (cpuAfter - cpuBefore) / counted.length : undefined,
    latenciesMs: counted,
    failures,
  };

  function askAgainAndAgain(connection: Connection, finish: () => void): void {
    let askedAtMs = nowMs();
    const reply = new WholeReply((failure) => {
      const answeredAtMs = nowMs();
      if (failure === undefined) latenciesMs.push(answeredAtMs - askedAtMs);
      else failures.add(failure);
      if (stopping || !connection.isOpen) {
        connection.close();
        finish();
        return;
      }
      askedAtMs = answeredAtMs;
      connection.send(subject.requests.whole(asked++), reply);
    });
    connection.send(subject.requests.whole(asked++), reply);
  }
}
