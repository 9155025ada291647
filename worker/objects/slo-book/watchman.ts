/** Watches over a book. It looks once a minute while something may change, and hands on the book's notices. */
import { HandOn, type Takers } from './hand-on.ts';
import type { KeptBookDeps } from './kept-book.ts';
import { earliest, isMaintenanceDue, type LookConfig, look } from './look.ts';
import { type PolicyDeps, policyLook } from './policy-look.ts';
import { type Memory, Turns } from './turns.ts';
import { Waker } from './waker.ts';

type BookEvent =
  | Parameters<KeptBookDeps['events']>[0]
  /** A look failed. */
  | { event: 'internal_error'; where: 'watch' | 'policy'; reason: string };

/** What the watch needs from outside. */
export interface WatchmanDeps extends KeptBookDeps, Takers, PolicyDeps {
  config: KeptBookDeps['config'] & LookConfig & PolicyDeps['config'];
  events(event: BookEvent): void;
}

const MINUTE_MS = 60_000;

/** Looks when a look is due. There is one for each life of the book. */
export class Watchman {
  readonly turns: Turns;
  readonly #deps: WatchmanDeps;
  readonly #handOn: HandOn;
  readonly #waker: Waker;
  /** When the next look is due. Null if it is due with the next record, undefined if with the next alarm. */
  #nextLookAt: number | null | undefined;

  constructor(storage: DurableObjectStorage, deps: WatchmanDeps) {
    this.#deps = deps;
    this.turns = new Turns(storage, deps);
    this.#handOn = new HandOn(this.turns, deps);
    this.#waker = new Waker(storage);
  }

  /** Called before the first call of the object. */
  async begin(): Promise<void> {
    await this.#waker.read();
    if (this.#isDue()) this.#wakeBy(this.#deps.clock.now());
  }

  /**
   * Whether the alarm must ring now. True after an error too: a bug must not keep the book from counting, and the alarm then meets
   * and reports it.
   */
  #isDue(): boolean {
    const { slo } = this.#deps.config;
    try {
      return this.turns.take((memory, now) => isMaintenanceDue(memory, slo, now));
    } catch {
      return true;
    }
  }

  /** Called when the alarm rings. */
  async ring(): Promise<void> {
    this.#waker.rang();
    if ((this.#nextLookAt ?? 0) <= this.#deps.clock.now()) await this.#look();
    const retryAt = await this.#handOn.all();
    const next = earliest(this.#nextLookAt ?? null, retryAt);
    if (next !== null) this.#wakeBy(next);
  }

  /** Takes a turn that may bring something new. The book in memory keeps up, and the next look is at the next whole minute. */
  takeNews<Reply>(decide: (memory: Memory, now: number) => Reply): Reply {
    const reply = this.turns.take((memory, now) => {
      const reply = decide(memory, now);
      memory.book.keepUp();
      return reply;
    });
    const minute = Math.floor(this.#deps.clock.now() / MINUTE_MS + 1) * MINUTE_MS;
    if (this.#nextLookAt !== undefined) this.#nextLookAt = Math.min(this.#nextLookAt ?? minute, minute);
    this.#wakeBy(minute);
    return reply;
  }

  /** Takes a turn that may leave something to send. The alarm sends it at once. */
  takeAndTell<Reply>(decide: (memory: Memory, now: number) => Reply): Reply {
    const reply = this.turns.take(decide);
    this.#wakeBy(this.#deps.clock.now());
    return reply;
  }

  async #look(): Promise<void> {
    const { config } = this.#deps;
    // News that comes while the policy asks the board may want the next look sooner.
    this.#nextLookAt = null;
    const watchAt = await this.#safely('watch', () => this.turns.take((memory, now) => look(memory, config, now)));
    const policyAt = await this.#safely('policy', () => policyLook(this.turns, this.#deps));
    this.#nextLookAt = earliest(this.#nextLookAt, watchAt, policyAt);
  }

  /** Runs one part of a look. A bug must not end the watch, because the platform gives up an alarm that fails again and again. */
  async #safely(
    where: 'watch' | 'policy',
    looking: () => number | null | Promise<number | null>,
  ): Promise<number | null> {
    const { events, clock } = this.#deps;
    try {
      return await looking();
    } catch (error) {
      events({ event: 'internal_error', where, reason: error instanceof Error ? error.name : 'unknown' });
      return clock.now() + MINUTE_MS;
    }
  }

  #wakeBy(at: number): void {
    this.#waker.by(at, this.#deps.clock.now());
  }
}
