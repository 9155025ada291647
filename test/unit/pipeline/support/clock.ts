import type { Clock } from '../../../../worker/ports.ts';

export const START = 1_800_000_000_000;

/** A clock that stands still until a test moves it. */
export class TestClock implements Clock {
  made = 0;
  #now = START;
  #timers: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, run: () => void): () => void {
    this.made++;
    const timer = { at: this.#now + Math.max(0, ms), run };
    this.#timers.push(timer);
    return () => {
      this.#timers = this.#timers.filter((other) => other !== timer);
    };
  }

  get pending(): number {
    return this.#timers.length;
  }

  /** Lets everything run that is not waiting for time or I/O. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 3; turn++) await new Promise((resume) => setImmediate(resume));
  }

  /** Advances by `ms`, timer by timer. */
  async advance(ms: number): Promise<void> {
    const end = this.#now + ms;
    await this.settle();
    while (await this.#fire(end));
    this.#now = end;
    await this.settle();
  }

  /** Advances until `work` is done; throws if it waits for something that never comes. */
  async run<T>(work: Promise<T>): Promise<T> {
    let done = false;
    const finished = () => {
      done = true;
    };
    work.then(finished, finished);
    await this.settle();
    while (!done)
      if (!(await this.#fire(Number.POSITIVE_INFINITY))) throw new Error('it hangs: nothing is left to wait for');
    return work;
  }

  async #fire(until: number): Promise<boolean> {
    const next = this.#timers.toSorted((one, other) => one.at - other.at)[0];
    if (next === undefined || next.at > until) return false;
    this.#timers = this.#timers.filter((other) => other !== next);
    this.#now = Math.max(this.#now, next.at);
    next.run();
    await this.settle();
    return true;
  }
}
