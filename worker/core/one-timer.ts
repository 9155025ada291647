import { keepShape } from '../../protocol/kept-shapes.ts';
import type { Clock } from './clock.ts';

/**
 * A clock for the waits of one request, which come one after the other and are mostly cancelled: for its body, then for its provider.
 * The timer of a cancelled wait stays, and serves the next wait that is due no sooner. Setting and clearing a timer takes a fifteenth
 * of a pass-through request's CPU (docs/decisions/0056-one-timer.md).
 */
export class OneTimer implements Clock {
  readonly #clock: Clock;
  #wait: { at: number; run: () => void } | undefined;
  #firesAt = Number.POSITIVE_INFINITY;
  #cancel = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    keepShape('timer', this);
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, run: () => void): () => void {
    // A wait that overlaps another one gets a timer of its own.
    if (this.#wait !== undefined) return this.#clock.after(ms, run);
    const wait = { at: this.now() + Math.max(0, ms), run };
    this.#wait = wait;
    if (wait.at < this.#firesAt) this.#set(wait.at);
    return () => {
      if (this.#wait === wait) this.#wait = undefined;
    };
  }

  /** Drops the timer and any wait. */
  end(): void {
    this.#cancel();
    this.#firesAt = Number.POSITIVE_INFINITY;
    this.#wait = undefined;
  }

  #set(at: number): void {
    this.#cancel();
    this.#firesAt = at;
    this.#cancel = this.#clock.after(at - this.now(), () => this.#fire());
  }

  #fire(): void {
    this.#firesAt = Number.POSITIVE_INFINITY;
    const wait = this.#wait;
    if (wait === undefined) return;
    if (this.now() < wait.at) {
      this.#set(wait.at);
      return;
    }
    this.#wait = undefined;
    wait.run();
  }
}
