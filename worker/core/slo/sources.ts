/** Which flushes the book has taken: of each isolate the highest number, and which of those before it. */

/** Of one isolate. */
export interface Source {
  high: number;
  /** Bit n: `high - 1 - n` was taken. */
  before: number;
  /** When its last flush was taken. */
  at: number;
}

const WINDOW = 32;
/** An isolate that has been silent for longer is forgotten: its repetitions have long been given up. */
const FORGET_AFTER_MS = 3_600_000;
/** The longest silent make room for others. */
const MOST_SOURCES = 5_000;

/** The isolates that have flushed lately. */
export class Sources {
  readonly #known: Map<string, Source>;

  constructor(known: Iterable<readonly [string, Source]> = []) {
    this.#known = new Map(known);
  }

  /** Whether a flush is to be counted: false for one that was taken already, or is too late to tell. Notes that it is. */
  take(source: string, seq: number, now: number): boolean {
    const known = this.#known.get(source);
    const next = known === undefined ? { high: seq, before: 0, at: now } : after(known, seq, now);
    if (next === undefined) return false;
    // At the end of the map: its order is that of the last flushes.
    this.#known.delete(source);
    this.#known.set(source, next);
    this.#forget(now);
    return true;
  }

  all(): [string, Source][] {
    return [...this.#known];
  }

  #forget(now: number): void {
    for (const [source, { at }] of this.#known) {
      if (at > now - FORGET_AFTER_MS && this.#known.size <= MOST_SOURCES) return;
      this.#known.delete(source);
    }
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
