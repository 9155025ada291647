import { setTimeout as sleep } from 'node:timers/promises';
import { nowMs } from '../clock.ts';
import type { Connection } from '../http/connection.ts';
import { ConnectionPool } from '../http/connection-pool.ts';
import { cpuMs } from '../process/usage.ts';
import type { Subject } from '../subject/subject.ts';
import { Failures } from './failures.ts';
import { WholeReply } from './whole-reply.ts';

export interface Slot {
  requests: number;
  tookMs: number;
  requestsPerSecond: number;
  /** The CPU time of all threads of the workerd process; undefined if the system does not report it. */
  cpuMsPerRequest: number | undefined;
  /** The share of one core that this client used itself. */
  clientShare: number;
  latenciesMs: number[];
  failures: Failures;
}

export interface SlotLoad {
  connections: number;
  /** The requests of each slot. */
  requests: number;
  /** The connections begin evenly over this time. Otherwise, if all answers take equally long, they would come in bursts. */
  staggerMs?: number;
}

/** A closed loop over connections that are kept from slot to slot. Each connection asks again as soon as it is answered. A subject's CPU
 * time counts from the end of its previous slot, so that its work after its answers (reports to the ledger, garbage collection) belongs
 * to one of its slots too. */
export class ClosedLoop {
  readonly #subject: Subject;
  readonly #pool: ConnectionPool;
  #cpuMs: number | undefined;
  #asked = 0;

  static async open(subject: Subject, connections: number): Promise<ClosedLoop> {
    return new ClosedLoop(subject, await ConnectionPool.open(subject.port, connections));
  }

  private constructor(subject: Subject, pool: ConnectionPool) {
    this.#subject = subject;
    this.#pool = pool;
    this.#cpuMs = cpuMs(subject.processId);
  }

  async slot({ connections, requests, staggerMs = 0 }: SlotLoad): Promise<Slot> {
    const failures = new Failures();
    const latenciesMs: number[] = [];
    const taken = await Promise.all(Array.from({ length: connections }, () => this.#pool.take()));
    const last = this.#asked + requests;
    const [clientBefore, beganAtMs] = [process.cpuUsage(), nowMs()];
    await Promise.all(
      taken.map(async (connection, index) => {
        if (staggerMs > 0) await sleep((staggerMs * index) / connections);
        await this.#askUntil(last, connection, latenciesMs, failures);
      }),
    );
    const [client, tookMs] = [process.cpuUsage(clientBefore), nowMs() - beganAtMs];
    for (const connection of taken) this.#pool.giveBack(connection);
    const [before, after] = [this.#cpuMs, cpuMs(this.#subject.processId)];
    this.#cpuMs = after;
    return {
      requests,
      tookMs,
      requestsPerSecond: requests / (tookMs / 1000),
      cpuMsPerRequest: before === undefined || after === undefined ? undefined : (after - before) / requests,
      clientShare: (client.user + client.system) / 1000 / tookMs,
      latenciesMs,
      failures,
    };
  }

  close(): void {
    this.#pool.close();
  }

  /** Asks over one connection until all connections together have asked enough. */
  #askUntil(last: number, connection: Connection, latenciesMs: number[], failures: Failures): Promise<void> {
    return new Promise((finish) => {
      let askedAtMs = 0;
      const ask = (): void => {
        if (this.#asked >= last || !connection.isOpen) {
          finish();
          return;
        }
        const request = this.#subject.requests.whole(this.#asked++);
        askedAtMs = nowMs();
        connection.send(request, reply);
      };
      const reply = new WholeReply((failure) => {
        if (failure === undefined) latenciesMs.push(nowMs() - askedAtMs);
        else failures.add(failure);
        ask();
      });
      ask();
    });
  }
}

/** Runs slots for about `ms`, and adds them up. */
export async function keepBusy(subject: Subject, connections: number, ms: number): Promise<BusyTime> {
  const loop = await ClosedLoop.open(subject, connections);
  const failures = new Failures();
  const [cpuBefore, untilMs] = [cpuMs(subject.processId), nowMs() + ms];
  let requests = 0;
  while (nowMs() < untilMs && failures.count === 0) {
    const slot = await loop.slot({ connections, requests: connections * 8 });
    requests += slot.requests;
    if (slot.failures.first !== undefined) failures.add(slot.failures.first);
  }
  const cpuAfter = cpuMs(subject.processId);
  loop.close();
  const isKnown = cpuBefore !== undefined && cpuAfter !== undefined;
  return { requests, cpuMsPerRequest: isKnown ? (cpuAfter - cpuBefore) / requests : undefined, failures };
}

export type BusyTime = Pick<Slot, 'requests' | 'cpuMsPerRequest' | 'failures'>;
