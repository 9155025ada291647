/**
 * Counts what the requests of an isolate have under way. Each item is identified by its own object. The runtime may end a request
 * without notice, as it does some time after the client has left. So no item counts for longer than `longestMs`. Items that no longer
 * count are removed when the next one begins, even if the count is never read.
 */
export class UnderWay {
  readonly #longestMs: number;
  /** The time at which each item began, the oldest first. */
  readonly #since = new Map<object, number>();
  /** The number of items that did not end in time. */
  forgotten = 0;

  constructor(longestMs: number) {
    this.#longestMs = longestMs;
  }

  begin(one: object, now: number): void {
    this.countAt(now);
    this.#since.set(one, now);
  }

  end(one: object): void {
    this.#since.delete(one);
  }

  countAt(now: number): number {
    for (const [one, since] of this.#since) {
      if (now - since < this.#longestMs) break;
      this.#since.delete(one);
      this.forgotten += 1;
    }
    return this.#since.size;
  }
}
