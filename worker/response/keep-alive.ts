import type { Clock } from '../ports.ts';

/** After this much silence the reader gets a keep-alive, which also shows us whether the reader has left. */
const SILENCE_MS = 5_000;

/**
 * Sends a keep-alive if nothing else was sent for a while. A stream has one timer. If it fires too early, it checks when the last chunk
 * arrived and is set again. So a chunk costs nothing here.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #say: () => void;
  readonly #cameAt: () => number;
  /** When the last keep-alive was sent, or the stream began. */
  #saidAt: number;
  #isStopped = false;
  #callOff = () => {};

  /** `cameAt` returns when the last chunk arrived. `say` sends a keep-alive. */
  constructor(clock: Clock, cameAt: () => number, say: () => void) {
    this.#clock = clock;
    this.#say = say;
    this.#cameAt = cameAt;
    this.#saidAt = clock.now();
    this.#sleep();
  }

  stop(): void {
    this.#isStopped = true;
    this.#callOff();
  }

  #sleep(): void {
    if (this.#isStopped) return;
    this.#callOff = this.#clock.after(Math.max(1, this.#dueAt - this.#clock.now()), () => {
      const now = this.#clock.now();
      if (now >= this.#dueAt) {
        this.#saidAt = now;
        this.#say();
      }
      this.#sleep();
    });
  }

  get #dueAt(): number {
    return Math.max(this.#saidAt, this.#cameAt()) + SILENCE_MS;
  }
}
