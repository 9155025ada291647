/** Watches over a book. It looks once a minute while something may change, and hands on the book's notices. */
import { BookAlarm } from './book-alarm.ts';
import { type BookMemory, BookTurns } from './book-turns.ts';
import type { KeptBookDeps } from './kept-book.ts';
import { type OutboxReceivers, OutboxSender } from './outbox-sender.ts';
import { type PolicyDeps, runPolicies } from './run-policies.ts';
import { earliest, isMaintenanceDue, runWatch, type WatchConfig } from './run-watch.ts';

type BookEvent =
  | Parameters<KeptBookDeps['events']>[0]
  /** A look failed. */
  | { event: 'internal_error'; where: 'watch' | 'policy'; reason: string };

/** What the watch needs from outside. */
export interface WatchSchedulerDeps extends KeptBookDeps, OutboxReceivers, PolicyDeps {
  config: KeptBookDeps['config'] & WatchConfig & PolicyDeps['config'];
  events(event: BookEvent): void;
}

const MINUTE_MS = 60_000;

/** Looks when a look is due. There is one for each life of the book. */
export class WatchScheduler {
  readonly turns: BookTurns;
  readonly #deps: WatchSchedulerDeps;
  readonly #outbox: OutboxSender;
  readonly #alarm: BookAlarm;
  /** When the next look is due. Null if it is due with the next record, undefined if with the next alarm. */
  #nextLookAt: number | null | undefined;

  constructor(storage: DurableObjectStorage, deps: WatchSchedulerDeps) {
    this.#deps = deps;
    this.turns = new BookTurns(storage, deps);
    this.#outbox = new OutboxSender(this.turns, deps);
    this.#alarm = new BookAlarm(storage);
  }

  /** Called before the first call of the object. */
  async begin(): Promise<void> {
    await this.#alarm.read();
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
    this.#alarm.rang();
    if ((this.#nextLookAt ?? 0) <= this.#deps.clock.now()) await this.#look();
    const retryAt = await this.#outbox.sendAll();
    const next = earliest(this.#nextLookAt ?? null, retryAt);
    if (next !== null) this.#wakeBy(next);
  }

  /** Takes a turn that may bring something new. The book in memory keeps up, and the next look is at the next whole minute. */
  takeNews<Reply>(decide: (memory: BookMemory, now: number) => Reply): Reply {
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
  takeAndTell<Reply>(decide: (memory: BookMemory, now: number) => Reply): Reply {
    const reply = this.turns.take(decide);
    this.#wakeBy(this.#deps.clock.now());
    return reply;
  }

  async #look(): Promise<void> {
    const { config } = this.#deps;
    // News that comes while the policy asks the board may want the next look sooner.
    this.#nextLookAt = null;
    const watchAt = await this.#safely('watch', () => this.turns.take((memory, now) => runWatch(memory, config, now)));
    const policyAt = await this.#safely('policy', () => runPolicies(this.turns, this.#deps));
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
    this.#alarm.by(at, this.#deps.clock.now());
  }
}
