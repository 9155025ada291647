/** Who closes the record of each call of an object: the object, in this life, or the Worker that made the call. */
const MOST_CALLS = 10_000;

/** A Worker whose call broke off asks, so that a record is closed once: neither twice, nor by nobody because its object died. */
export class TakenRecords {
  readonly #isMine = new Map<string, boolean>();

  /** False: its Worker has closed it. */
  take(requestId: string): boolean {
    const isMine = this.#isMine.get(requestId) ?? true;
    this.#note(requestId, isMine);
    return isMine;
  }

  /** Its Worker closes it. */
  giveBack(requestId: string): void {
    this.#note(requestId, false);
  }

  /** To a Worker that asks: 204, or 404, and then its call is not taken any more, should it come late. */
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
