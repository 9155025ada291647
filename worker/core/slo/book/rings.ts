/** Counts over time in bounded memory: the newest in narrow cells, older ones in wide cells. */
import { Column } from './column.ts';
import { eachCell, toWord } from './digits.ts';

/** `cells` times `widthMs`, all aligned to the epoch, so that a cell of 24 hours is a day by UTC. */
export interface Resolution {
  widthMs: number;
  cells: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A ring has one cell more than it covers, because a window begins inside a cell. */
const ring = (widthMs: number, coveredMs: number): Resolution => ({ widthMs, cells: coveredMs / widthMs + 1 });

/**
 * For what is alerted on. Of each window for burn rates and objectives (5 and 30 minutes; 1, 2 and 6 hours; 1 to 60 days) a
 * cell is at most a 60th, so that even an outage that begins inside the window's first cell shifts its ratio by less than 0.5 %.
 */
export const fineResolutions = (retentionDays: number): readonly Resolution[] => [
  ring(5 * SECOND_MS, 10 * MINUTE_MS),
  ring(30 * SECOND_MS, HOUR_MS),
  ring(2 * MINUTE_MS, 6 * HOUR_MS),
  ring(20 * MINUTE_MS, 3 * DAY_MS),
  ring(2 * HOUR_MS, 30 * DAY_MS),
  ring(12 * HOUR_MS, 60 * DAY_MS),
  ring(DAY_MS, retentionDays * DAY_MS),
];

/** For what is only shown beside it. */
export const coarseResolutions = (retentionDays: number): readonly Resolution[] => [
  ring(20 * MINUTE_MS, 3 * DAY_MS),
  ring(12 * HOUR_MS, 60 * DAY_MS),
  ring(DAY_MS, retentionDays * DAY_MS),
];

/** For percentiles. */
export const HISTOGRAM_RESOLUTIONS: readonly Resolution[] = [ring(10 * MINUTE_MS, DAY_MS), ring(DAY_MS, 90 * DAY_MS)];

interface Ring extends Resolution {
  /** Of its first cell in a column. */
  offset: number;
  /** The newest cell that was counted in, in widths since the epoch. */
  head: number;
}

/** Named columns of counts that share their rings. */
export class Rings {
  readonly #rings: readonly Ring[];
  readonly #length: number;
  readonly #columns = new Map<string, Column>();
  /** Where the moment that was moved to is counted, in the rings that still reach it. */
  readonly #places: number[] = [];
  #from = 0;
  #to = 0;

  constructor(resolutions: readonly Resolution[]) {
    let length = 0;
    this.#rings = resolutions.map((resolution) => {
      const offset = length;
      length += resolution.cells;
      return { ...resolution, offset, head: -1 };
    });
    this.#length = length;
  }

  get names(): Iterable<string> {
    return this.#columns.keys();
  }

  /** What is counted next happened at `at`. Cells that this leaves behind are emptied. */
  moveTo(at: number): void {
    // All widths are multiples of the first, so that within one of its cells nothing moves.
    if (at >= this.#from && at < this.#to) return;
    const width = this.#rings[0]?.widthMs ?? 1;
    this.#from = Math.floor(at / width) * width;
    this.#to = this.#from + width;
    this.#places.length = 0;
    for (const one of this.#rings) {
      const index = Math.floor(at / one.widthMs);
      if (index > one.head) this.#advance(one, index);
      if (index > one.head - one.cells) this.#places.push(placeOf(one, index));
    }
  }

  count(name: string, amount = 1): void {
    const column = this.#column(name);
    for (const place of this.#places) column.add(place, amount);
  }

  /** The sum of a window that ends now. The cell that it begins in counts by the part that lies inside. */
  sum(name: string, windowMs: number, now: number): number {
    const column = this.#columns.get(name);
    const one = this.#rings.find(({ widthMs, cells }) => (cells - 1) * widthMs >= windowMs) ?? this.#rings.at(-1);
    if (column === undefined || one === undefined) return 0;
    const { widthMs } = one;
    const start = now - windowMs;
    const first = Math.floor(start / widthMs);
    const newest = Math.floor(now / widthMs);
    const until = first === newest ? now : (first + 1) * widthMs;
    const part = (until - start) / (until - first * widthMs);
    return part * total(column, one, first, first) + total(column, one, first + 1, newest);
  }

  /** The sum of the days by UTC that begin in a time; `to` is the first moment that is outside. */
  sumOfDays(name: string, from: number, to: number): number {
    const column = this.#columns.get(name);
    const days = this.#rings.at(-1);
    if (column === undefined || days === undefined) return 0;
    return total(column, days, Math.ceil(from / DAY_MS), Math.ceil(to / DAY_MS) - 1);
  }

  /** The rings' newest cells in the first line, then a line for each column. */
  save(): string {
    const heads = this.#rings.map(({ widthMs, head }) => `${widthMs}:${head}`).join(' ');
    const columns = [...this.#columns].map(([name, column]) =>
      [name, ...this.#rings.map((one) => wordOf(column, one))].join('\t'),
    );
    return [heads, ...columns].join('\n');
  }

  /** Takes what `save` wrote, also with rings of other lengths. Columns that `keeps` does not want are left out. */
  load(text: string, keeps: (name: string) => boolean): void {
    const [heads = '', ...columns] = text.split('\n');
    const saved = heads.split(' ').map((head) => {
      const [widthMs, index] = head.split(':').map(Number);
      const one = this.#rings.find((own) => own.widthMs === widthMs);
      if (one !== undefined && index !== undefined) one.head = index;
      return one;
    });
    for (const column of columns) {
      const [name = '', ...words] = column.split('\t');
      if (words.every((word) => word === '') || !keeps(name)) continue;
      const own = this.#column(name);
      for (const [index, word] of words.entries()) {
        const one = saved[index];
        if (one === undefined) continue;
        eachCell(word, (back, count) => {
          if (back < Math.min(one.cells, one.head + 1)) own.add(placeOf(one, one.head - back), count);
        });
      }
    }
    this.#to = 0;
  }

  /** Adds the counts of other rings of the same resolutions. */
  merge(other: Rings): void {
    for (const [index, one] of this.#rings.entries()) {
      const theirs = other.#rings[index];
      if (theirs === undefined) continue;
      if (theirs.head > one.head) this.#advance(one, theirs.head);
      for (const [name, from] of other.#columns) {
        const column = this.#column(name);
        const oldest = Math.max(one.head - one.cells, theirs.head - theirs.cells) + 1;
        for (let at = Math.max(0, oldest); at <= theirs.head; at++) {
          const place = placeOf(one, at);
          column.add(place, from.at(place));
        }
      }
    }
    this.#to = 0;
  }

  #column(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new Column(this.#length);
      this.#columns.set(name, column);
    }
    return column;
  }

  #advance(one: Ring, index: number): void {
    const { head, cells } = one;
    one.head = index;
    const first = Math.max(head + 1, index - cells + 1);
    for (const [from, to] of runsOf(one, first, index)) {
      for (const column of this.#columns.values()) column.empty(from, to);
    }
  }
}

const placeOf = ({ offset, cells }: Ring, index: number): number => offset + (index % cells);

/** Of the cells from `first` to `last`, as far as the ring still has them. */
function total(column: Column, one: Ring, first: number, last: number): number {
  const { cells, head } = one;
  const oldest = Math.max(first, head - cells + 1, 0);
  const newest = Math.min(last, head);
  if (oldest > newest) return 0;
  return runsOf(one, oldest, newest).reduce((sum, [from, to]) => sum + column.sum(from, to), 0);
}

/** The places of neighbouring cells: one run, or two where the ring's end lies between. */
function runsOf(one: Ring, first: number, last: number): [from: number, to: number][] {
  const from = placeOf(one, first);
  const to = placeOf(one, last);
  if (from <= to) return [[from, to]];
  return [
    [from, one.offset + one.cells - 1],
    [one.offset, to],
  ];
}

/** The newest cell first. */
const wordOf = (column: Column, one: Ring): string =>
  toWord(Math.min(one.cells, one.head + 1), (back) => column.at(placeOf(one, one.head - back)));
