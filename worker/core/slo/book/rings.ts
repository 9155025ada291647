/** Counts over time in bounded memory: the newest in narrow cells, older ones in wide cells. */
import { eachCell, toWord } from './digits.ts';

/** `cells` times `widthMs`, all aligned to the epoch, so that a cell of 24 hours is a day by UTC. */
export interface Resolution {
  widthMs: number;
  cells: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A ring has one cell more than it covers, because a window begins inside a cell. */
const ring = (widthMs: number, covered: number): Resolution => ({ widthMs, cells: covered + 1 });

/** For what is alerted on: windows up to 60 days, and calendar days. */
export const fineResolutions = (retentionDays: number): readonly Resolution[] => [
  ring(10_000, 60),
  ring(MINUTE_MS, 120),
  ...coarse(retentionDays, [ring(HOUR_MS, 720)]),
];

/** For what is only shown beside it. */
export const coarseResolutions = (retentionDays: number): readonly Resolution[] => coarse(retentionDays, []);

const coarse = (retentionDays: number, between: readonly Resolution[]): Resolution[] => [
  ring(10 * MINUTE_MS, 432),
  ...between,
  ring(6 * HOUR_MS, 240),
  ring(DAY_MS, retentionDays),
];

/** For percentiles: 10 minutes for a day, then days. */
export const HISTOGRAM_RESOLUTIONS: readonly Resolution[] = [ring(10 * MINUTE_MS, 144), ring(DAY_MS, 90)];

/** A column's cells of all rings, one after the other, in the narrowest numbers that hold them. */
type Cells = Uint16Array | Uint32Array | Float64Array;

interface Ring extends Resolution {
  /** Of its first cell in a column. */
  offset: number;
  /** The newest cell that was counted in, in widths since the epoch. */
  head: number;
  /** The place of the moment that was moved to; -1: it is too old for this ring. */
  place: number;
}

/** Named columns of counts that share their rings. */
export class Rings {
  readonly #rings: readonly Ring[];
  readonly #length: number;
  readonly #columns = new Map<string, Cells>();

  constructor(resolutions: readonly Resolution[]) {
    let length = 0;
    this.#rings = resolutions.map((resolution) => {
      const offset = length;
      length += resolution.cells;
      return { ...resolution, offset, head: -1, place: -1 };
    });
    this.#length = length;
  }

  get names(): Iterable<string> {
    return this.#columns.keys();
  }

  /** What is counted next happened at `at`. Cells that this leaves behind are emptied. */
  moveTo(at: number): void {
    for (const one of this.#rings) {
      const index = Math.floor(at / one.widthMs);
      if (index > one.head) this.#advance(one, index);
      one.place = index > one.head - one.cells ? one.offset + (index % one.cells) : -1;
    }
  }

  count(name: string, amount = 1): void {
    let cells = this.#columns.get(name);
    if (cells === undefined) {
      cells = new Uint16Array(this.#length);
      this.#columns.set(name, cells);
    }
    for (const { place } of this.#rings) {
      if (place >= 0) cells = this.#put(name, cells, place, (cells[place] ?? 0) + amount);
    }
  }

  /** The sum of a window that ends now. The cell that it begins in counts by the part that lies inside. */
  sum(name: string, windowMs: number, now: number): number {
    const cells = this.#columns.get(name);
    const one = this.#rings.find(({ widthMs, cells }) => (cells - 1) * widthMs >= windowMs) ?? this.#rings.at(-1);
    if (cells === undefined || one === undefined) return 0;
    const { widthMs } = one;
    const start = now - windowMs;
    const first = Math.floor(start / widthMs);
    const newest = Math.floor(now / widthMs);
    const until = first === newest ? now : (first + 1) * widthMs;
    const part = (until - start) / (until - first * widthMs);
    return part * total(cells, one, first, first) + total(cells, one, first + 1, newest);
  }

  /** The sum of the days by UTC that begin in a time; `to` is the first moment that is outside. */
  sumOfDays(name: string, from: number, to: number): number {
    const cells = this.#columns.get(name);
    const days = this.#rings.at(-1);
    if (cells === undefined || days === undefined) return 0;
    return total(cells, days, Math.ceil(from / DAY_MS), Math.ceil(to / DAY_MS) - 1);
  }

  /** The rings' newest cells in the first line, then a line for each column. */
  save(): string {
    const heads = this.#rings.map(({ widthMs, head }) => `${widthMs}:${head}`).join(' ');
    const columns = [...this.#columns].map(([name, cells]) =>
      [name, ...this.#rings.map((one) => toWord(newestFirst(cells, one)))].join('\t'),
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
      let cells: Cells = new Uint16Array(this.#length);
      for (const [index, word] of words.entries()) {
        const one = saved[index];
        if (one === undefined) continue;
        eachCell(word, (back, value) => {
          if (back < one.cells) cells = this.#put(name, cells, placeOf(one, one.head - back), value);
        });
      }
      this.#columns.set(name, cells);
    }
  }

  /** Takes the counts of other rings of the same resolutions, and of their time where it is later. */
  merge(other: Rings): void {
    for (const [index, one] of this.#rings.entries()) {
      const theirs = other.#rings[index];
      if (theirs === undefined) continue;
      if (theirs.head > one.head) this.#advance(one, theirs.head);
      for (const [name, from] of other.#columns) {
        let cells: Cells = this.#columns.get(name) ?? new Uint16Array(this.#length);
        this.#columns.set(name, cells);
        const oldest = Math.max(one.head - one.cells, theirs.head - theirs.cells) + 1;
        for (let at = Math.max(0, oldest); at <= theirs.head; at++) {
          const place = placeOf(one, at);
          cells = this.#put(name, cells, place, (cells[place] ?? 0) + (from[place] ?? 0));
        }
      }
    }
  }

  #put(name: string, cells: Cells, place: number, value: number): Cells {
    if (value <= 0xffff || cells instanceof Float64Array || (value <= 0xffff_ffff && cells instanceof Uint32Array)) {
      cells[place] = value;
      return cells;
    }
    const wider = value <= 0xffff_ffff ? Uint32Array.from(cells) : Float64Array.from(cells);
    wider[place] = value;
    this.#columns.set(name, wider);
    return wider;
  }

  #advance(one: Ring, index: number): void {
    const { head, cells, offset } = one;
    one.head = index;
    if (index - head >= cells) {
      for (const column of this.#columns.values()) column.fill(0, offset, offset + cells);
      return;
    }
    for (let at = head + 1; at <= index; at++) {
      for (const column of this.#columns.values()) column[placeOf(one, at)] = 0;
    }
  }
}

const placeOf = ({ offset, cells }: Ring, index: number): number => offset + (index % cells);

/** Of the cells from `first` to `last`, as far as the ring still has them. */
function total(column: Cells, one: Ring, first: number, last: number): number {
  let sum = 0;
  const newest = Math.min(last, one.head);
  for (let index = Math.max(first, one.head - one.cells + 1, 0); index <= newest; index++) {
    sum += column[placeOf(one, index)] ?? 0;
  }
  return sum;
}

function newestFirst(column: Cells, one: Ring): number[] {
  const count = Math.min(one.cells, one.head + 1);
  return Array.from({ length: count }, (_, back) => column[placeOf(one, one.head - back)] ?? 0);
}
