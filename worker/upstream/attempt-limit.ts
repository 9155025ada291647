import { keepShape } from '../../protocol/kept-shapes.ts';
import type { Clock } from '../ports.ts';

/**
 * Ends an attempt from our side: when its time is up, or when the client leaves. It has one timer, and listens to the client's signal
 * from the start. Asking for the signal later, by another timer, takes more CPU (docs/decisions/0056-one-timer.md).
 */
export class AttemptLimit {
  timedOut = false;
  /** True if the client has left. */
  left = false;
  readonly #abort = new AbortController();
  readonly #gone: AbortSignal | undefined;
  readonly #callOff: () => void;
  #keepsTime = true;

  constructor(at: number, gone: AbortSignal | undefined, clock: Clock) {
    this.#gone = gone;
    this.#callOff = clock.after(Math.max(0, at - clock.now()), this.#timeOut);
    gone?.addEventListener('abort', this.#leave);
    if (gone?.aborted) this.#leave(); // the event is not sent again
    keepShape('attempt limit', this);
  }

  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** From now on the stream keeps its own time limits. Only a client that leaves still ends the attempt. */
  letStreamKeepTime(): void {
    this.#keepsTime = false;
  }

  /** Called when the answer has begun or failed. From now on this ends nothing. */
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
