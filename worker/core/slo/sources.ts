/** Which flushes the book took lately: the highest number of each isolate, and which of the numbers before it. */

interface Source {
  high: number;
  /** Bit n is set if the flush `high - 1 - n` was taken. */
  before: number;
  /** When its last flush was taken. */
  at: number;
}

const WINDOW = 32;

/**
 * An isolate that was silent for this long is forgotten. It can no longer repeat a flush that was taken, because it gives up a
 * flush within seconds.
 */
export const FORGET_SOURCE_AFTER_MS = 15 * 60_000;

/**
 * The isolates that have flushed lately. The journal's rows of that time say what was taken from them, so nothing else is stored.
 */
export class Sources {
  readonly #known = new Map<string, Source>();

  /** Notes that a flush was taken, and returns whether to count it. False if it was taken before, or if it is too late to know. */
  take(source: string, seq: number, now: number): boolean {
    const known = this.#known.get(source);
    const next = known === undefined ? { high: seq, before: 0, at: now } : after(known, seq, now);
    if (next === undefined) return false;
    // Moves the isolate to the end of the map, so that the map is in the order of the last flushes.
    this.#known.delete(source);
    this.#known.set(source, next);
    for (const [name, { at }] of this.#known) {
      if (at > now - FORGET_SOURCE_AFTER_MS) break;
      this.#known.delete(name);
    }
    return true;
  }

  get count(): number {
    return this.#known.size;
  }
}

function after({ high, before }: Source, seq: number, at: number): Source | undefined {
  if (seq > high) {
    const step = seq - high;
    // A shift by 32 would be one by 0.
    const shifted = step < WINDOW ? before << step : 0;
    return { high: seq, before: step <= WINDOW ? shifted | (1 << (step - 1)) : 0, at };
  }
  const bit = high - 1 - seq;
  if (bit < 0 || bit >= WINDOW || (before & (1 << bit)) !== 0) return undefined;
  return { high, before: before | (1 << bit), at };
}
