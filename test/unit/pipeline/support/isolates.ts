/** Several isolates of one tenant, each with slices of its own, and one ledger, over a connection that is slow and may fail. */

import { AsyncLocalStorage } from 'node:async_hooks';
import { uuidV7 } from '../../../../protocol/uuid-v7.ts';
import { newPools, type Pools } from '../../../../worker/core/ledger/lease/pool.ts';
import type { LimitRefusal, ScopeAsk, Want } from '../../../../worker/core/ledger/messages.ts';
import type { Limits } from '../../../../worker/core/ledger/types.ts';
import { RequestLease } from '../../../../worker/lease/request-lease.ts';
import type { Ledger, LedgerAnswer, LedgerMessage, RouterEvent } from '../../../../worker/ports.ts';
import { LedgerStore, type LedgerStub } from '../../../../worker/stores/ledger-store.ts';
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
  /** The runtime kills it then, whatever it waits for: nothing of it goes on, and nobody hears of it. */
  diesAfterMs?: number | undefined;
  /** The tokens it uses, where that is less than it may use. */
  usesTokens?: number | undefined;
  /** It counts in this user's scope too. */
  user?: string | undefined;
}

interface Bill {
  worst: number;
  /** Undefined while it runs, or if its cost is never reported. */
  cost: number | undefined;
}

/** What the runtime knows of one request. */
interface Life {
  background: Promise<unknown>[];
  isOver: boolean;
  isDead: boolean;
}

/** Of the request that runs at the moment: its timers and the replies to its own calls end with it. */
const lives = new AsyncLocalStorage<Life>();
const never = new Promise<never>(() => {});

export class Isolates {
  readonly clock = new TestClock();
  readonly ledger = new TestLedger(this.clock);
  readonly events: RouterEvent[] = [];
  readonly starts: Start[] = [];
  readonly wrong: string[] = [];
  /** Why the ledger refused, and when. */
  readonly refusals: (LimitRefusal & { at: number })[] = [];
  refused = 0;
  onRefused = () => {};
  fromMemory = 0;
  readonly #background: Promise<unknown>[] = [];
  readonly #bills: Bill[] = [];
  readonly #owners = new Map<string, Life>();
  readonly #isolates: { slices: Pools; ledger: Ledger }[];
  readonly #scopes: readonly ScopeAsk[];
  /** Of each user. */
  readonly #userLimits: Partial<Limits>;
  readonly #cap: number;
  readonly #skewMs: number;
  #ids = 0;

  constructor(isolates: number, limits: Partial<Limits>, skewMs = 0, userLimits: Partial<Limits> = {}) {
    this.#skewMs = skewMs;
    this.#userLimits = userLimits;
    const clock = this.#clockOf(0);
    this.#isolates = Array.from({ length: isolates }, () => ({
      ...{ slices: newPools(), ledger: new LedgerStore(() => mortal(this.ledger.stub), clock) },
    }));
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

  /** Leases of single requests that live, or lived to their ends, and that the ledger does not know to be closed. */
  get unclosed(): string[] {
    const { leases } = this.ledger.book.tables.load();
    return leases
      .filter(({ leaseId, granted, done }) => !done && granted.requests < 2 && !this.#owners.get(leaseId)?.isDead)
      .map(({ leaseId }) => leaseId);
  }

  #clockOf(skewMs: number) {
    const { clock } = this;
    return {
      now: () => clock.now() + skewMs,
      after: (ms: number, run: () => void) => {
        const life = lives.getStore();
        return clock.after(ms, () => {
          if (!life?.isDead) run();
        });
      },
    };
  }

  /** How long it is told to wait; undefined if it was admitted. */
  async #one(request: Request): Promise<number | undefined> {
    const life: Life = { background: [], isOver: false, isDead: false };
    const lived = lives.run(life, () => this.#live(request, life));
    const died = new Promise<'died'>((resolve) => {
      if (request.diesAfterMs === undefined) return;
      this.clock.after(request.diesAfterMs, () => {
        life.isDead = true;
        resolve('died');
      });
    });
    const waitMs = await Promise.race([lived, died]);
    if (waitMs === 'died') return undefined;
    this.#background.push(Promise.race([this.#outlive(life), died]));
    return waitMs;
  }

  /** The runtime drops what a request waits for once it has answered, but for what it handed to `waitUntil`. */
  async #outlive(life: Life): Promise<void> {
    for (let awaited = 0; awaited < life.background.length; ) {
      awaited = life.background.length;
      await Promise.all(life.background);
    }
    life.isOver = true;
  }

  async #live(request: Request, life: Life): Promise<number | undefined> {
    const {
      isolate,
      worst,
      costs,
      tokens,
      dawdlesMs,
      runsForMs,
      triesTwice,
      isLost,
      user,
      usesTokens = tokens,
    } = request;
    const { clock, ledger } = this;
    let leaseId = '';
    const newId = (nowMs: number) => {
      leaseId = uuidV7(nowMs, [0, 0, 0, 0, 0, 0, 0, this.#ids >> 16, this.#ids >> 8, this.#ids++]);
      this.#owners.set(leaseId, life);
      return leaseId;
    };
    // Every second isolate's clock is wrong.
    const skewMs = isolate % 2 === 0 ? 0 : this.#skewMs;
    const at = this.#isolates[isolate] as { slices: Pools; ledger: Ledger };
    const links = {
      ...{ clock: this.#clockOf(skewMs), newId, slices: at.slices },
      ledger: {
        send: (tenant: string, message: LedgerMessage) => this.#heard(at.ledger.send(tenant, message), life),
        usage: async () => [],
      },
      events: (event: RouterEvent) => void this.events.push(event),
    };
    const lease = new RequestLease(
      'acme',
      user === undefined ? this.#scopes : [...this.#scopes, { scope: `user:${user}`, limits: this.#userLimits }],
      RUN_FOR_MS,
      links,
      (work) => void life.background.push(work),
    );
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
      if (refused !== undefined) this.refusals.push({ ...refused, at: clock.now() });
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
      const startedAt = clock.now();
      const countedAt = cover.countedAt ?? startedAt;
      const isFirst = wanted.requests > 0;
      if (isFirst) this.starts.push({ at: startedAt, countedAt, endsAt: startedAt + runsForMs, tokens: usesTokens });
      this.#check();
      await this.#pause(runsForMs);
      if (isLost) {
        lease.abandon();
        return undefined;
      }
      bill.cost = Math.floor((worst * costs) / 100);
      lease.book({ microUsd: bill.cost, tokens: usesTokens, estimated: false });
    }
    lease.close();
    this.#check();
    return undefined;
  }

  async #heard(sent: Promise<LedgerAnswer>, life: Life): Promise<LedgerAnswer> {
    const answer = await sent;
    if (life.isDead) return never;
    if (life.isOver) this.wrong.push('the ledger replied to a request that had ended');
    return answer;
  }

  #check(): void {
    const { spentMicroUsd: spent, heldMicroUsd: held } = this.ledger.figures();
    const { billed } = this;
    if (billed > spent + held || spent + held > this.#cap)
      this.wrong.push(`${billed} billed, ${spent} + ${held} booked`);
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await new Promise<void>((resume) => void this.#clockOf(0).after(ms, resume));
  }
}

/** Calls that a request that is killed has made arrive, but it does not hear the replies. */
function mortal(stub: LedgerStub): LedgerStub {
  const heard = async <Reply>(make: () => Promise<Reply>): Promise<Reply> => {
    const life = lives.getStore();
    if (life?.isDead) return never;
    const [reply] = await Promise.allSettled([make()]);
    if (life?.isDead) return never;
    if (reply.status === 'rejected') throw reply.reason;
    return reply.value;
  };
  return {
    grant: (ask) => heard(() => stub.grant(ask)),
    report: (reports) => heard(() => stub.report(reports)),
    reportAndGrant: (reports, ask) => heard(() => stub.reportAndGrant(reports, ask)),
    exchange: (reports, asks) => heard(() => stub.exchange(reports, asks)),
    usage: (scopes) => heard(() => stub.usage(scopes)),
  };
}
