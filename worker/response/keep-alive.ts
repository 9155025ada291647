import type { Clock } from '../ports.ts';

/** After this much silence the reader is sent a sign of life, which also shows us whether the reader has left. */
const SILENCE_MS = 5_000;

/**
 * Sends something if nothing else was sent for a while. There is one timer for a whole stream: if it fires too early, it looks
 * when the last chunk came and sleeps on. So a chunk costs nothing here.
 */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #say: () => void;
  readonly #cameAt: () => number;
  /** When it last sent something itself, or began. */
  #saidAt: number;
  #isStopped = false;
  #callOff = () => {};

  /** `cameAt`: when the last chunk came. */
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
