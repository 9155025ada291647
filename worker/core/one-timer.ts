import { keepShape } from '../../protocol/kept-shapes.ts';
import type { Clock } from './clock.ts';

/**
 * A clock for waits of one request that come one after the other, mostly called off: for its body, then for its provider. The
 * timer of a wait that was called off stays, and serves the next wait that is due no sooner. To set and clear one takes a
 * fifteenth of a pass-through request's CPU (docs/decisions/0056-one-timer.md).
 */
export class OneTimer implements Clock {
  readonly #clock: Clock;
  #wait: { at: number; run: () => void } | undefined;
  #firesAt = Number.POSITIVE_INFINITY;
  #callOff = () => {};

  constructor(clock: Clock) {
    this.#clock = clock;
    keepShape('timer', this);
  }

  now(): number {
    return this.#clock.now();
  }

  after(ms: number, run: () => void): () => void {
    // Beside another wait it has a timer of its own.
    if (this.#wait !== undefined) return this.#clock.after(ms, run);
    const wait = { at: this.now() + Math.max(0, ms), run };
    this.#wait = wait;
    if (wait.at < this.#firesAt) this.#set(wait.at);
    return () => {
      if (this.#wait === wait) this.#wait = undefined;
    };
  }

  /** No wait is left. */
  end(): void {
    this.#callOff();
    this.#firesAt = Number.POSITIVE_INFINITY;
    this.#wait = undefined;
  }

  #set(at: number): void {
    this.#callOff();
    this.#firesAt = at;
    this.#callOff = this.#clock.after(at - this.now(), () => this.#fire());
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
