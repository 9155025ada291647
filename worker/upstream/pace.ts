import type { Clock } from '../ports.ts';
import { HEARTBEAT_GAP_MS, HEARTBEATS, type StreamLimits } from './stream-settings.ts';

/** An answer is complete once its `finish_reason` has arrived. This is how long we then wait for the usage and `[DONE]`. */
const AFTER_FINISH_MS = 2_000;
/** While a reader takes longer than this to ask for more, the provider may make hundreds of tokens that we have not read. */
const SLOW_READER_MS = 250;

/** Tracks whether the provider or the reader keeps a stream waiting, and how long the provider may. */
export class Pace {
  /** True while we wait for the provider, false while we wait for the reader. */
  isWaiting = false;
  /** True if a slow reader let the provider make more than we have read, and we have not had to wait for the provider since. */
  isAhead = false;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  /** When the provider's last bytes arrived. */
  gaveAt: number;
  /** When the reader last asked for more. */
  #askedAt = 0;
  /** When content last arrived, or was last requested. */
  #silentSince = 0;
  /** Before the first content: the time of the provider's last sign of life, and the number of heartbeats. */
  #heardAt: number;
  #heartbeats = 0;

  constructor(clock: Clock, limits: StreamLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.gaveAt = clock.now();
    this.#heardAt = this.gaveAt;
  }

  /** True if we have waited for the reader for too long. */
  get readerIsSlow(): boolean {
    return !this.isWaiting && this.#clock.now() - this.gaveAt > SLOW_READER_MS;
  }

  /** Called when the reader asks for more. */
  ask(): void {
    this.#askedAt = this.#clock.now();
    if (this.#askedAt - this.gaveAt > SLOW_READER_MS) this.isAhead = true;
    // The time until the reader asked for more does not count as the provider's silence.
    this.#silentSince = this.#askedAt;
  }

  /** Called when bytes arrive. From now on we wait for the reader. */
  give(): void {
    this.isWaiting = false;
    const waitedFrom = Math.max(this.#askedAt, this.gaveAt);
    this.gaveAt = this.#clock.now();
    // The clock stands still except during I/O. If it has moved, we had to wait for these bytes, so the provider is no longer ahead.
    if (this.gaveAt > waitedFrom) this.isAhead = false;
  }

  /** Called when bytes arrive before the first content. They are a sign of life. */
  hear(): void {
    if (this.gaveAt - this.#heardAt >= HEARTBEAT_GAP_MS) this.#heartbeats++;
    this.#heardAt = this.gaveAt;
  }

  /** Called if the bytes were part of an answer, even though they could not be read. */
  breakSilence(): void {
    this.#silentSince = this.gaveAt;
  }

  /** The time at which the provider has kept us waiting for too long. */
  deadline({ isFinished, hasContent }: { isFinished: boolean; hasContent: boolean }): number {
    const { quietUntil, firstContentAt, idleTimeoutMs, endAt } = this.#limits;
    if (isFinished) return Math.min(this.#askedAt + AFTER_FINISH_MS, endAt);
    if (hasContent) return Math.min(this.#silentSince + idleTimeoutMs, endAt);
    const aliveUntil = this.#heartbeats < HEARTBEATS ? firstContentAt : this.#heardAt + idleTimeoutMs;
    return Math.min(Math.max(aliveUntil, quietUntil), firstContentAt, endAt);
  }
}
