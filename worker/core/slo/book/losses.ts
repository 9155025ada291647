/**
 * Records that the book lacks: those that isolates say they have lost, and those that may be lost because an isolate ended while
 * requests were under way.
 */

/** A time span from which records may be missing; epoch milliseconds. */
export interface Loss {
  from: number;
  to: number;
  /** How many requests were under way at the isolates' last flushes. */
  openRequests: number;
}

/** An isolate flushes within 10 s of a request's end. One that is silent for this long has ended, or its requests are long. */
const SILENT_AFTER_MS = 120_000;
/** A request that has ended is flushed within this time, so an isolate that ends loses at most the records of this time. */
const LONGEST_WAIT_MS = 10_000;
const DAY_MS = 86_400_000;
const KEPT_MS = 30 * DAY_MS;
const MOST_LOSSES = 500;

/** The last flush of an isolate. */
interface LastFlush {
  at: number;
  open: number;
}

type Saved = [source: string, at: number, open: number][];
type SavedDropped = [day: number, count: number][];

/** Finds losses by the flushes, which are noted in the order in which the book took them. */
export class Losses {
  /** The last flush of each isolate that had requests under way; the isolate that has been silent for the longest comes first. */
  readonly #last = new Map<string, LastFlush>();
  /** Isolates that were silent for too long. One that flushes after all is removed. */
  readonly #lost = new Map<string, LastFlush>();
  /** Records that isolates have lost, by the day on which they said so. */
  readonly #dropped = new Map<number, number>();

  /**
   * Notes a flush. `open` is how many requests of the isolate were under way, `at` is when the flush was taken, and `dropped` is how many
   * records the isolate says it has lost.
   */
  note(source: string, open: number, at: number, dropped = 0): void {
    this.#drop(dropped, at);
    this.#last.delete(source);
    this.#lost.delete(source);
    for (const [other, last] of this.#last) {
      if (last.at > at - SILENT_AFTER_MS) break;
      this.#last.delete(other);
      this.#lost.set(other, last);
    }
    for (const [other, last] of this.#lost) {
      if (last.at > at - KEPT_MS && this.#lost.size <= MOST_LOSSES) break;
      this.#lost.delete(other);
    }
    if (open > 0) this.#last.set(source, { at, open });
  }

  /** The losses up to now, the oldest first. Spans that overlap are joined. */
  until(now: number): Loss[] {
    const silent = [...this.#last.values()].filter(({ at }) => at <= now - SILENT_AFTER_MS);
    const losses: Loss[] = [];
    for (const { at, open } of [...this.#lost.values(), ...silent].toSorted((one, other) => one.at - other.at)) {
      if (at <= now - KEPT_MS) continue;
      const before = losses.at(-1);
      const to = at + LONGEST_WAIT_MS;
      if (before === undefined || before.to < at) losses.push({ from: at, to, openRequests: open });
      else Object.assign(before, { to, openRequests: before.openRequests + open });
    }
    return losses;
  }

  #drop(count: number, at: number): void {
    if (count === 0) return;
    const today = at - (at % DAY_MS);
    this.#dropped.set(today, (this.#dropped.get(today) ?? 0) + count);
    for (const day of this.#dropped.keys()) if (day <= at - KEPT_MS) this.#dropped.delete(day);
  }

  /** Records that isolates have lost within the last 30 days. */
  dropped(now: number): number {
    let sum = 0;
    for (const [day, count] of this.#dropped) if (day > now - KEPT_MS) sum += count;
    return sum;
  }

  save(): string {
    const rows = (list: ReadonlyMap<string, LastFlush>): Saved =>
      [...list].map(([name, { at, open }]) => [name, at, open]);
    return JSON.stringify([rows(this.#last), rows(this.#lost), [...this.#dropped]]);
  }

  load(text: string): void {
    const [last, lost, dropped = []] = JSON.parse(text) as [Saved, Saved, SavedDropped?];
    for (const [name, at, open] of last) this.#last.set(name, { at, open });
    for (const [name, at, open] of lost) this.#lost.set(name, { at, open });
    for (const [day, count] of dropped) this.#dropped.set(day, count);
  }
}
