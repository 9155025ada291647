/** Measures how long an object has any work under way. This is the union of its promises' times, and the time that is billed. */
export class ActiveTime {
  readonly #now: () => number;
  readonly #add: (ms: number) => void;
  #underWay = 0;
  #since = 0;

  constructor(now: () => number, add: (ms: number) => void) {
    this.#now = now;
    this.#add = add;
  }

  /** Counts the time until `work` settles, whatever its outcome. */
  during(work: Promise<unknown>): void {
    if (this.#underWay === 0) this.#since = this.#now();
    this.#underWay += 1;
    const over = () => {
      this.#underWay -= 1;
      if (this.#underWay === 0) this.#add(this.#now() - this.#since);
    };
    work.then(over, over);
  }
}
