/** Knows who closes the record of each call: the object, if it has not restarted since, or the Worker that made the call. */
const MOST_CALLS = 10_000;

/** A Worker whose call broke off asks, so that each record is closed exactly once, even if the object has restarted. */
export class TakenRecords {
  readonly #isMine = new Map<string, boolean>();

  /** Takes on the record of a call. Returns false if its Worker closes it. */
  take(requestId: string): boolean {
    const isMine = this.#isMine.get(requestId) ?? true;
    this.#note(requestId, isMine);
    return isMine;
  }

  /** Leaves the record to the call's Worker. */
  giveBack(requestId: string): void {
    this.#note(requestId, false);
  }

  /**
   * Answers a Worker that asks. 204 means that the object closes the record. After a 404 it no longer takes the call, even if that
   * comes late.
   */
  reply({ requestId }: { requestId: string }): Response {
    const isMine = this.#isMine.get(requestId) === true;
    if (!isMine) this.giveBack(requestId);
    return new Response(null, { status: isMine ? 204 : 404 });
  }

  #note(requestId: string, isMine: boolean): void {
    this.#isMine.set(requestId, isMine);
    if (this.#isMine.size <= MOST_CALLS) return;
    for (const [oldest] of this.#isMine) {
      this.#isMine.delete(oldest);
      return;
    }
  }
}
