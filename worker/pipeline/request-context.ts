import type { EdgeMode } from '../core/routing/route.ts';
import type { LeaseHooks } from '../lease/ask.ts';
import type { Background, Clock } from '../ports.ts';
import type { Limited } from './admit.ts';

/** What belongs to one request, whoever asks and whatever for. */
export interface RequestContext {
  requestId: string;
  arrivedAt: number;
  background: Background;
  /** Aborts when the client leaves. */
  readonly gone: AbortSignal | undefined;
  timing: Timing;
  /** What is made is for others too. */
  isShared?: boolean;
  /** Notes each lease of this request before it is asked for and before it is used. */
  leaseHooks?: LeaseHooks;
  /** Told as soon as the ledger has said yes, for headers that go out before an answer begins. */
  admitted?: (limited: Limited, mode: EdgeMode) => void;
}

/** Most requests share their second with others. */
let [lastSecond, lastDate] = [-1, ''];

/** `server-timing`: how long each step took that took time, in the order of the line. */
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

  /** The step that ends now. One that took no time is not told: within an isolate the clock stands still between two calls of others. */
  mark(step: string): void {
    const now = this.#clock.now();
    if (now === this.#last) return;
    this.#text += `${step};dur=${now - this.#last}, `;
    this.#last = now;
  }

  get now(): number {
    return this.#clock.now();
  }

  /** Now, as the `date` header says it: plain workerd sets none. */
  get date(): string {
    const second = Math.floor(this.#clock.now() / 1_000);
    if (second !== lastSecond) [lastSecond, lastDate] = [second, new Date(second * 1_000).toUTCString()];
    return lastDate;
  }

  toString(): string {
    return `${this.#text}total;dur=${this.#clock.now() - this.#startedAt}`;
  }
}
