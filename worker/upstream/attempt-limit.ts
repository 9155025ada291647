import { keepShape } from '../../protocol/kept-shapes.ts';
import type { Clock } from '../ports.ts';

/**
 * Ends an attempt from our side: when its time is up, or when the client leaves. One timer and the client's signal from the start:
 * asking for the signal only later, by a timer of its own, takes more CPU (docs/decisions/0056-one-timer.md).
 */
export class AttemptLimit {
  timedOut = false;
  /** The client left. */
  left = false;
  readonly #abort = new AbortController();
  readonly #gone: AbortSignal | undefined;
  readonly #callOff: () => void;
  #keepsTime = true;

  constructor(at: number, gone: AbortSignal | undefined, clock: Clock) {
    this.#gone = gone;
    this.#callOff = clock.after(Math.max(0, at - clock.now()), this.#timeOut);
    gone?.addEventListener('abort', this.#leave);
    if (gone?.aborted) this.#leave(); // the event does not come again
    keepShape('attempt limit', this);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From here on the stream keeps its own time; only a client that leaves still ends the attempt. */
  letStreamKeepTime(): void {
    this.#keepsTime = false;
  }

  /** The answer has begun, or failed: from here on this ends nothing. */
  stop(): void {
    this.#callOff();
    this.#gone?.removeEventListener('abort', this.#leave);
  }

  readonly #leave = (): void => {
    this.left = true;
    this.#abort.abort();
  };

  readonly #timeOut = (): void => {
    if (!this.#keepsTime) return;
    this.timedOut = true;
    this.#abort.abort();
  };
}
