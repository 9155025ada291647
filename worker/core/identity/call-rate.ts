/** How many requests of a minute came from one address or user, counted in this isolate's memory. */

export const WINDOW_MS = 60_000;
/** Beyond, the oldest windows are forgotten: a flood under many names costs no more memory than this. */
const MOST_WINDOWS = 10_000;

interface Window {
  endsAt: number;
  count: number;
}

export class CallRate {
  /** In the order in which they began, so the first one ends first. */
  readonly #windows = new Map<string, Window>();

  /** Counts a request. 0: it may go on; else in how many milliseconds the next one may come. */
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
