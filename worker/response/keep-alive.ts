import type { Clock } from '../ports.ts';

/** After this much silence the reader hears that the line is alive, and we hear whether the reader has left. */
const SILENCE_MS = 5_000;

/** Says something when nothing else was said for a while. One timer for a whole stream: one that comes too early sleeps on. */
export class KeepAlive {
  readonly #clock: Clock;
  readonly #say: () => void;
  #saidAt: number;
  #isStopped = false;
  #callOff = () => {};

  constructor(clock: Clock, say: () => void) {
    this.#clock = clock;
    this.#say = say;
    this.#saidAt = clock.now();
    this.#sleep();
  }

  /** Something was said. */
  said(): void {
    this.#saidAt = this.#clock.now();
  }

  stop(): void {
    this.#isStopped = true;
    this.#callOff();
  }

  #sleep(): void {
    if (this.#isStopped) return;
    this.#callOff = this.#clock.after(Math.max(1, this.#saidAt + SILENCE_MS - this.#clock.now()), () => {
      if (this.#clock.now() - this.#saidAt >= SILENCE_MS) {
        this.said();
        this.#say();
      }
      this.#sleep();
    });
  }
}
