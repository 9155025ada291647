/**
 * What the requests of an isolate have under way, each known by an object of its own. The runtime may end a request without a
 * word, as it does some time after its client has left. So nothing counts for longer than `longestMs`, and what no longer counts is
 * forgotten when the next begins, whether anybody asks for the count or not.
 */
export class UnderWay {
  readonly #longestMs: number;
  /** Since when; the oldest first. */
  readonly #since = new Map<object, number>();

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
    }
    return this.#since.size;
  }
}
