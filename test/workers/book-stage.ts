/** `SloBook` on real storage inside workerd, with a stopped clock and takers that a test can break. */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { Notice } from '../../worker/core/alerts/notice.ts';
import { NO_OVERRIDES, type Overrides } from '../../worker/core/routing/overrides.ts';
import { packRecords } from '../../worker/core/slo/packed.ts';
import type { PolicyOrder } from '../../worker/core/slo/policy/policy.ts';
import type { RequestRecord } from '../../worker/core/slo/record.ts';
import type { Slo } from '../../worker/core/slo/slo.ts';
import { compose } from '../../worker/deps.ts';
import { SloBook, type SloBookDeps } from '../../worker/objects/slo-book/slo-book.ts';
import { sloFor } from '../unit/core/slo/support/slo-for.ts';
import { START } from '../unit/pipeline/support/clock.ts';

/** A clock that stands still until it is moved; timers fire when it comes past them. */
class StageClock {
  #now = START;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    const timer = { at: this.#now + ms, run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  moveTo(at: number): void {
    this.#now = Math.max(this.#now, at);
    const due = this.#timers.filter((one) => one.at <= this.#now);
    this.#timers = this.#timers.filter((one) => one.at > this.#now);
    for (const { run } of due) run();
  }

  /** Those of an object that is gone never fire. */
  forgetTimers(): void {
    this.#timers = [];
  }
}

/** By so much alarms are late. */
export const LATE_MS = 7;

let names = 0;

/** Any class with an alarm will do as a host: the object under test is made on its storage, in its context. */
export class BookStage {
  readonly clock = new StageClock();
  slo: Slo;
  readonly notices: Notice[] = [];
  readonly orders: PolicyOrder[] = [];
  overrides: Overrides = NO_OVERRIDES;
  readonly events: unknown[] = [];
  /** How often something was handed on, also where that failed. */
  calls = 0;
  /** Runs in place of a taker that takes. */
  fails: (() => Promise<void>) | undefined;
  readonly #name = `book stage ${names++}`;
  #life: { state: DurableObjectState; book: SloBook } | undefined;
  #seq = 0;

  constructor(slo: Slo = sloFor(['chat'])) {
    this.slo = slo;
  }

  get deps(): SloBookDeps {
    const { config } = compose(env);
    const take = async <One>(list: One[], given: readonly One[]) => {
      this.calls++;
      if (this.fails !== undefined) await this.fails();
      list.push(...given);
    };
    return {
      config: { ...config, slo: this.slo },
      clock: { now: () => this.clock.now(), after: (ms, run) => this.clock.after(ms, run) },
      events: (event) => void this.events.push(event),
      overrides: async () => this.overrides,
      notify: (notices) => take(this.notices, notices),
      carryOut: (order) => take(this.orders, [order]),
    };
  }

  inside<R>(run: (book: SloBook, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    const stub = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(this.#name));
    return runInDurableObject(stub, async (_: unknown, state: DurableObjectState) => {
      if (this.#life?.state !== state) {
        this.#life = { state, book: new SloBook(state, env, this.deps) };
        // What the platform waits for before the first call.
        await state.storage.getAlarm();
      }
      return run(this.#life.book, state);
    });
  }

  /** A batch of records, sent now. */
  flush(...records: RequestRecord[]): Promise<void> {
    return this.inside((book) => {
      const body = JSON.stringify({ records: packRecords(records, () => false), dropped: {} });
      book.record({ source: 'stage', seq: this.#seq++, sentAt: this.clock.now(), body });
    });
  }

  alarmAt(): Promise<number | null> {
    return this.inside((_, { storage }) => storage.getAlarm());
  }

  /** Time passes, and the alarm rings a little after it is due, as on the platform. */
  pass(ms: number): Promise<void> {
    const until = this.clock.now() + ms;
    return this.inside(async (book, { storage }) => {
      for (;;) {
        const at = await storage.getAlarm();
        if (at === null || at > until) break;
        this.clock.moveTo(at + LATE_MS);
        await storage.deleteAlarm();
        await book.alarm();
      }
      this.clock.moveTo(until);
    });
  }

  /** Its memory, timers and calls are gone, as after a crash. */
  async vanish(): Promise<void> {
    await abortAllDurableObjects();
    this.clock.forgetTimers();
  }
}
