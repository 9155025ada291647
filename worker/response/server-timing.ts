import type { Clock } from '../core/clock.ts';

/** The last second and its text are kept, because most requests share their second with others. */
let [lastSecond, lastDate] = [-1, ''];

/** A time as the `date` header writes it. Plain workerd does not set that header. */
export function dateText(now: number): string {
  const second = Math.floor(now / 1_000);
  if (second !== lastSecond) [lastSecond, lastDate] = [second, new Date(second * 1_000).toUTCString()];
  return lastDate;
}

/** `server-timing`: how long each step took, in the order of the steps. */
export class Timing {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #last: number;
  #text = '';

  constructor(clock: Clock, startedAt: number) {
    this.#clock = clock;
    this.#startedAt = startedAt;
    this.#last = startedAt;
  }

  get now(): number {
    return this.#clock.now();
  }

  /**
   * Called when a step ends. A step that took no time is left out: in an isolate the clock stands still during computation, so a step
   * without I/O would always show 0.
   */
  mark(step: string): void {
    const now = this.#clock.now();
    if (now === this.#last) return;
    this.#text += `${step};dur=${now - this.#last}, `;
    this.#last = now;
  }

  /** The header's value at the time `now`. */
  text(now: number): string {
    return `${this.#text}total;dur=${now - this.#startedAt}`;
  }
}
