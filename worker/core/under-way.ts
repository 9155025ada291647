/**
 * Counts what the requests of an isolate have under way. Each item is known by an object of its own. The runtime may end a request
 * without notice, as it does some time after the client has left. So nothing counts for longer than `longestMs`. What no longer counts
 * is forgotten when the next item begins, even if nothing ever asks for the count.
 */
export class UnderWay {
  readonly #longestMs: number;
  /** When each item began, the oldest first. */
  readonly #since = new Map<object, number>();
  /** How many did not end in time. */
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
