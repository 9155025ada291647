/** Several isolates of one tenant, each with slices of its own, and one ledger, over a connection that is slow and may fail. */

import { uuidV7 } from '../../../../protocol/uuid-v7.ts';
import { newPools, type Pools } from '../../../../worker/core/ledger/lease/pool.ts';
import type { ScopeAsk, Want } from '../../../../worker/core/ledger/messages.ts';
import type { Limits } from '../../../../worker/core/ledger/types.ts';
import { RequestLease } from '../../../../worker/lease/request-lease.ts';
import type { Ledger, RouterEvent } from '../../../../worker/ports.ts';
import { want } from '../../core/ledger/support/messages.ts';
import type { Start } from '../../core/ledger/support/pace.ts';
import { TestClock } from './clock.ts';
import { TestLedger } from './ledger.ts';

/** The longest time that a request may take. */
const RUN_FOR_MS = 600_000;

export interface Request {
  /** Time since the request before it. */
  afterMs: number;
  isolate: number;
  worst: number;
  /** What it costs, in percent of its worst case. */
  costs: number;
  tokens: number;
  /** The time between being admitted and calling a provider. */
  dawdlesMs: number;
  runsForMs: number;
  /** It has a first attempt that may have been billed, and one after it. */
  triesTwice: boolean;
  /** Its cost will never be reported. */
  isLost: boolean;
}

interface Bill {
  worst: number;
  /** Undefined while it runs, or if its cost is never reported. */
  cost: number | undefined;
}

export class Isolates {
  readonly clock = new TestClock();
  readonly ledger = new TestLedger(this.clock);
  readonly events: RouterEvent[] = [];
  readonly starts: Start[] = [];
  readonly wrong: string[] = [];
  refused = 0;
  onRefused = () => {};
  fromMemory = 0;
  readonly #background: Promise<unknown>[] = [];
  readonly #bills: Bill[] = [];
  readonly #isolates: { slices: Pools; ledger: Ledger }[];
  readonly #scopes: readonly ScopeAsk[];
  readonly #cap: number;
  readonly #skewMs: number;
  #ids = 0;

  constructor(isolates: number, limits: Partial<Limits>, skewMs = 0) {
    this.#skewMs = skewMs;
    this.#isolates = Array.from({ length: isolates }, () => ({ slices: newPools(), ledger: this.ledger.ofIsolate() }));
    this.#scopes = [{ scope: 'tenant', limits }];
    this.#cap = limits.monthlyMicroUsd ?? Number.MAX_SAFE_INTEGER;
  }

  /** Runs all of them to their ends, and the reports behind them. */
  run(requests: readonly Request[]): Promise<void> {
    return this.#play(requests, (request) => this.#one(request));
  }

  /** Each asks again as often, and after as long, as it is told to wait. */
  insist(requests: readonly Request[], forMs: number): Promise<void> {
    const until = this.clock.now() + forMs;
    return this.#play(requests, async (request) => {
      for (let waitMs = await this.#one(request); waitMs !== undefined; waitMs = await this.#one(request)) {
        if (this.clock.now() + waitMs >= until) return;
        await this.#pause(Math.max(1, waitMs));
      }
    });
  }

  async #play(requests: readonly Request[], play: (request: Request) => Promise<unknown>): Promise<void> {
    let at = 0;
    const ends = requests.map((request) => {
      at += request.afterMs;
      return this.#pause(at).then(() => play(request));
    });
    await this.clock.run(Promise.all(ends));
    await this.clock.run(Promise.all(this.#background));
  }

  /** What providers may bill, lost requests at their worst. */
  get billed(): number {
    return this.#bills.reduce((sum, { worst, cost }) => sum + (cost ?? worst), 0);
  }

  /** How long it is told to wait; undefined if it was admitted. */
  async #one({ isolate, worst, costs, tokens, dawdlesMs, runsForMs, triesTwice, isLost }: Request) {
    const { clock, ledger } = this;
    let leaseId = '';
    const newLeaseId = (nowMs: number) => {
      leaseId = uuidV7(nowMs, [0, 0, 0, 0, 0, 0, 0, this.#ids >> 16, this.#ids >> 8, this.#ids++]);
      return leaseId;
    };
    // Every second isolate's clock is wrong.
    const skewMs = isolate % 2 === 0 ? 0 : this.#skewMs;
    const ownClock = { now: () => clock.now() + skewMs, after: (ms: number, run: () => void) => clock.after(ms, run) };
    const links = {
      ...{ clock: ownClock, newLeaseId, ...(this.#isolates[isolate] as { slices: Pools; ledger: Ledger }) },
      events: (event: RouterEvent) => void this.events.push(event),
    };
    const lease = new RequestLease('acme', this.#scopes, RUN_FOR_MS, links, (work) => void this.#background.push(work));
    const covered = async (one: Want): Promise<{ countedAt: number | undefined } | { waitMs: number }> => {
      if (lease.take([one]) !== undefined) {
        this.fromMemory++;
        return { countedAt: undefined };
      }
      const reply = await lease.ask([one]);
      if (reply !== undefined && 'granted' in reply) {
        return { countedAt: reply.granted.requests > 1 ? undefined : ledger.firstHeardAt.get(leaseId) };
      }
      const refused = reply !== undefined && typeof reply.refused === 'object' ? reply.refused : undefined;
      return { waitMs: refused?.retryAfterMs ?? 1_000 };
    };
    const one = want(worst, { tokens });
    for (const wanted of triesTwice ? [one, { ...one, requests: 0, parallel: 0 }] : [one]) {
      const cover = await covered(wanted);
      if ('waitMs' in cover) {
        this.refused++;
        this.onRefused();
        lease.close();
        return cover.waitMs;
      }
      await this.#pause(dawdlesMs);
      if (!lease.starts()) break;
      const bill: Bill = { worst, cost: undefined };
      this.#bills.push(bill);
      const at = clock.now();
      const isFirst = wanted.requests > 0;
      if (isFirst) this.starts.push({ at, countedAt: cover.countedAt ?? at, endsAt: at + runsForMs, tokens });
      this.#check();
      await this.#pause(runsForMs);
      if (isLost) {
        lease.abandon();
        return undefined;
      }
      bill.cost = Math.floor((worst * costs) / 100);
      lease.book({ microUsd: bill.cost, tokens, estimated: false });
    }
    lease.close();
    this.#check();
    return undefined;
  }

  #check(): void {
    const { spentMicroUsd: spent, heldMicroUsd: held } = this.ledger.figures();
    const { billed } = this;
    if (billed > spent + held || spent + held > this.#cap)
      this.wrong.push(`${billed} billed, ${spent} + ${held} booked`);
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resume) => void this.clock.after(ms, resume));
  }
}
