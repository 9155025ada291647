import type { Clock } from '../core/clock.ts';

/** Most requests share their second with others. */
let [lastSecond, lastDate] = [-1, ''];

/** A time as the `date` header writes it: plain workerd sets none. */
export function dateText(now: number): string {
  const second = Math.floor(now / 1_000);
  if (second !== lastSecond) [lastSecond, lastDate] = [second, new Date(second * 1_000).toUTCString()];
  return lastDate;
}

/** `server-timing`: how long each step took, in the order of the line. */
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
   * The step ends now. One that took no time is left out: in an isolate the clock stands still while nothing is waited for, so such a
   * step would always say 0.
   */
  mark(step: string): void {
    const now = this.#clock.now();
    if (now === this.#last) return;
    this.#text += `${step};dur=${now - this.#last}, `;
    this.#last = now;
  }

  /** The header's value, for a response that is made now. */
  text(now: number): string {
    return `${this.#text}total;dur=${now - this.#startedAt}`;
  }
}
