/** Counts requests per minute by address or user, in this isolate's memory. */

/** How long a count lasts. */
export const WINDOW_MS = 60_000;
/** Beyond this many, the oldest windows are dropped, so that a flood under many names costs no more memory. */
const MOST_WINDOWS = 10_000;

interface Window {
  endsAt: number;
  count: number;
}

/** One isolate's counts. */
export class CallRate {
  /** The windows, oldest first. */
  readonly #windows = new Map<string, Window>();

  /** Counts a request. Returns 0 if it may go on, otherwise the milliseconds until the next one may come. */
  take(name: string, cap: number, now: number): number {
    const known = this.#windows.get(name);
    if (known !== undefined && now < known.endsAt) {
      if (known.count >= cap) return known.endsAt - now;
      known.count++;
      return 0;
    }
    this.#windows.delete(name);
    const [first] = this.#windows.keys();
    if (first !== undefined && this.#windows.size >= MOST_WINDOWS) this.#windows.delete(first);
    this.#windows.set(name, { endsAt: now + WINDOW_MS, count: 1 });
    return 0;
  }
}
