import type { Clock } from '../ports.ts';
import { HEARTBEAT_GAP_MS, HEARTBEATS, type StreamLimits } from './stream-settings.ts';

/** An answer is complete once its `finish_reason` came; this is how long the usage and `[DONE]` are waited for. */
const AFTER_FINISH_MS = 2_000;
/** A reader that takes longer to ask for more leaves room for hundreds of tokens between the provider and us. */
const SLOW_READER_MS = 250;

/** Who keeps a stream waiting, the provider or the reader, and until when the provider may. */
export class Pace {
  /** The provider is waited for, not the reader. */
  isWaiting = false;
  /** A slow reader let the provider make more than we have read, and nothing has had to be waited for since. */
  isAhead = false;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  /** When something last came. */
  gaveAt: number;
  /** When the reader last asked for more. */
  #askedAt = 0;
  /** When content last came, or was asked for. */
  #silentSince = 0;
  /** Before the content: when the provider was last heard, and how often after a while. */
  #heardAt: number;
  #heartbeats = 0;

  constructor(clock: Clock, limits: StreamLimits) {
    this.#clock = clock;
    this.#limits = limits;
    this.gaveAt = clock.now();
    this.#heardAt = this.gaveAt;
  }

  /** The reader is the one that is waited for, and has been for too long. */
  get readerIsSlow(): boolean {
    return !this.isWaiting && this.#clock.now() - this.gaveAt > SLOW_READER_MS;
  }

  /** The reader asks for more. */
  ask(): void {
    this.#askedAt = this.#clock.now();
    if (this.#askedAt - this.gaveAt > SLOW_READER_MS) this.isAhead = true;
    // The time until the reader asked for more was not the provider's silence.
    this.#silentSince = this.#askedAt;
  }

  /** Something came: from now on the reader is waited for. */
  give(): void {
    this.isWaiting = false;
    const waitedFrom = Math.max(this.#askedAt, this.gaveAt);
    this.gaveAt = this.#clock.now();
    // The clock stands still while nothing is waited for: then this was there already.
    if (this.gaveAt > waitedFrom) this.isAhead = false;
  }

  /** Before the content: what came is a sign of life. */
  hear(): void {
    if (this.gaveAt - this.#heardAt >= HEARTBEAT_GAP_MS) this.#heartbeats++;
    this.#heardAt = this.gaveAt;
  }

  /** What came was part of an answer, though it could not be read. */
  breakSilence(): void {
    this.#silentSince = this.gaveAt;
  }

  /** When the provider has kept us waiting for too long. */
  deadline({ isFinished, hasContent }: { isFinished: boolean; hasContent: boolean }): number {
    const { quietUntil, firstContentAt, idleTimeoutMs, endAt } = this.#limits;
    if (isFinished) return Math.min(this.#askedAt + AFTER_FINISH_MS, endAt);
    if (hasContent) return Math.min(this.#silentSince + idleTimeoutMs, endAt);
    const aliveUntil = this.#heartbeats < HEARTBEATS ? firstContentAt : this.#heardAt + idleTimeoutMs;
    return Math.min(Math.max(aliveUntil, quietUntil), firstContentAt, endAt);
  }
}
