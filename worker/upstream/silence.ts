import type { Clock } from '../ports.ts';

/**
 * One movable deadline for a stream of chunks. Moving it later starts no timer: a timer that fires too early looks at the deadline and
 * is set again. So a stream of a thousand chunks starts a handful of timers.
 */
export class Silence {
  expired = false;
  readonly #clock: Clock;
  readonly #onExpired: () => void;
  #at = Number.POSITIVE_INFINITY;
  #timerAt = Number.POSITIVE_INFINITY;
  #cancelTimer: (() => void) | undefined;

  constructor(clock: Clock, onExpired: () => void) {
    this.#clock = clock;
    this.#onExpired = onExpired;
  }

  /** Expires at `at` unless moved again. */
  until(at: number): void {
    this.#at = at;
    if (at < this.#timerAt) this.#arm();
  }

  stop(): void {
    this.#at = Number.POSITIVE_INFINITY;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAt = Number.POSITIVE_INFINITY;
  }

  #arm(): void {
    this.#cancelTimer?.();
    this.#timerAt = this.#at;
    this.#cancelTimer = this.#clock.after(Math.max(0, this.#at - this.#clock.now()), () => {
      this.#timerAt = Number.POSITIVE_INFINITY;
      this.#cancelTimer = undefined;
      if (this.#at === Number.POSITIVE_INFINITY) return;
      if (this.#clock.now() < this.#at) return this.#arm();
      this.expired = true;
      this.#onExpired();
    });
  }
}
