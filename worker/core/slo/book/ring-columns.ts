/** Counts over time in bounded memory: the newest in narrow cells, older ones in wide cells. */
import { Column } from './column.ts';
import { encodeCells, forEachCell } from './digits.ts';
import { type CellSpan, type Layout, placeOf, type Ring } from './layout.ts';

const DAY_MS = 86_400_000;

/** A ring and its `head`: the newest cell that was counted in, numbered since the epoch. */
interface Reached extends Ring {
  head: number;
}

/** Named columns of counts that share their rings. */
export class RingColumns {
  readonly #layout: Layout;
  /** The newest cell of each ring that was counted in, numbered since the epoch. */
  readonly #heads: number[];
  readonly #columns = new Map<string, Column>();
  /** The columns again, for loops over all of them. */
  readonly #list: Column[] = [];
  /** The moment at which the next count happens. */
  #moment: CellSpan | undefined;
  /** That moment's place in each ring. It is -1 if the moment is too old for the ring. */
  readonly #places: number[];
  /** How many counts there were. */
  #counted = 0;
  /** For each ring, how many counts there were when it was last settled. */
  readonly #settledAt: number[];

  constructor(layout: Layout) {
    this.#layout = layout;
    this.#heads = layout.rings.map(() => -1);
    this.#places = layout.rings.map(() => -1);
    this.#settledAt = layout.rings.map(() => 0);
  }

  get names(): Iterable<string> {
    return this.#columns.keys();
  }

  /** Sets the time of the next counts. The cells between the old head and the new one are emptied. */
  moveTo(at: number): void {
    const last = this.#moment;
    if (last !== undefined && at >= last.from && at < last.to) return;
    const moment = this.#layout.moment(at);
    const { rings } = this.#layout;
    for (let index = 0; index < rings.length; index++) {
      const cell = moment.cells[index] as number;
      if (last !== undefined && last.cells[index] === cell) continue;
      this.#settle(index);
      const head = this.#heads[index] as number;
      if (cell > head) this.#advance(index, cell);
      const isReached = cell > head - (rings[index] as Ring).cells;
      this.#places[index] = isReached ? (moment.places[index] as number) : -1;
    }
    this.#moment = moment;
  }

  count(name: string, amount = 1): void {
    this.#counted += 1;
    const { waiting } = this.#column(name);
    for (let index = 0; index < waiting.length; index++) waiting[index] = (waiting[index] as number) + amount;
  }

  /** The sum over a window that ends now. The window's first cell counts in proportion to the part inside it. */
  sum(name: string, windowMs: number, now: number): number {
    const column = this.#columns.get(name);
    const { rings } = this.#layout;
    const found = rings.findIndex(({ widthMs, cells }) => (cells - 1) * widthMs >= windowMs);
    const one = this.#settled(found === -1 ? rings.length - 1 : found);
    if (column === undefined || one === undefined) return 0;
    const { widthMs } = one;
    const start = now - windowMs;
    const first = Math.floor(start / widthMs);
    const newest = Math.floor(now / widthMs);
    const until = first === newest ? now : (first + 1) * widthMs;
    const part = (until - start) / (until - first * widthMs);
    return part * total(column, one, first, first) + total(column, one, first + 1, newest);
  }

  /** The sum over the UTC days that begin between `from` and `to`; `to` is excluded. */
  sumOfDays(name: string, from: number, to: number): number {
    const column = this.#columns.get(name);
    const days = this.#settled(this.#layout.rings.length - 1);
    if (column === undefined || days === undefined) return 0;
    return total(column, days, Math.ceil(from / DAY_MS), Math.ceil(to / DAY_MS) - 1);
  }

  /**
   * The sum over a time span that may be long past, from the narrowest cells that still hold each part of it. A cell that lies
   * only partly inside counts in proportion.
   */
  between(name: string, from: number, to: number): number {
    const column = this.#columns.get(name);
    if (column === undefined) return 0;
    const { rings } = this.#layout;
    let [sum, end] = [0, to];
    for (let index = 0; index < rings.length && from < end; index++) {
      const one = this.#settled(index) as Reached;
      const wider = rings[index + 1]?.widthMs;
      const oldest = (one.head - one.cells + 1) * one.widthMs;
      // The narrow cells take over at the end of a cell of the next wider ring.
      const start = wider === undefined ? from : Math.max(from, Math.ceil(oldest / wider) * wider);
      if (start >= end) continue;
      sum += partly(column, one, start, end);
      end = start;
    }
    return sum;
  }

  /** The rings' newest cells in the first line, then a line for each column. */
  save(): string {
    const rings = this.#rings();
    const list = new Float64Array(this.#layout.length);
    const heads = rings.map(({ widthMs, head }) => `${widthMs}:${head}`).join(' ');
    const columns = [...this.#columns].map(([name, column]) =>
      [name, ...rings.map((one) => wordOf(column, one, list))].join('\t'),
    );
    return [heads, ...columns].join('\n');
  }

  /** Reads what `save` wrote, even if the rings had other lengths. Only columns for which `keeps` returns true are read. */
  load(text: string, keeps: (name: string) => boolean): void {
    const [heads = '', ...columns] = text.split('\n');
    const places = heads.split(' ').map((head) => {
      const [widthMs, cell] = head.split(':').map(Number);
      const place = this.#layout.rings.findIndex((own) => own.widthMs === widthMs);
      if (place !== -1 && cell !== undefined) this.#heads[place] = cell;
      return place;
    });
    const rings = this.#rings();
    const saved = places.map((place) => rings[place]);
    for (const column of columns) {
      const [name = '', ...words] = column.split('\t');
      if (words.every((word) => word === '') || !keeps(name)) continue;
      const own = this.#column(name);
      for (const [index, word] of words.entries()) {
        const one = saved[index];
        if (one === undefined) continue;
        forEachCell(word, (back, count) => {
          if (back < Math.min(one.cells, one.head + 1)) own.add(placeOf(one, one.head - back), count);
        });
      }
    }
    this.#moment = undefined;
  }

  /** Adds the counts of other rings with the same resolutions. */
  merge(other: RingColumns): void {
    const theirs = other.#rings();
    for (const [index, one] of this.#rings().entries()) {
      const { head } = theirs[index] as Reached;
      if (head > one.head) this.#advance(index, head);
      for (const [name, from] of other.#columns) {
        const column = this.#column(name);
        const oldest = Math.max(one.head, head) - one.cells + 1;
        for (let at = Math.max(0, oldest); at <= head; at++) {
          const place = placeOf(one, at);
          column.add(place, from.at(place));
        }
      }
    }
    this.#moment = undefined;
  }

  /** A ring after it was settled: its cells hold everything that was counted. */
  #settled(index: number): Reached | undefined {
    const ring = this.#layout.rings[index];
    if (ring === undefined) return undefined;
    this.#settle(index);
    return { ...ring, head: this.#heads[index] ?? -1 };
  }

  /** All rings, settled. */
  #rings(): Reached[] {
    return this.#layout.rings.flatMap((_, index) => this.#settled(index) ?? []);
  }

  /**
   * Moves what was counted for the current moment into the cells of one ring. If each record did this, it would write to distant
   * memory each time.
   */
  #settle(index: number): void {
    if (this.#settledAt[index] === this.#counted) return;
    this.#settledAt[index] = this.#counted;
    const place = this.#places[index] as number;
    for (const column of this.#list) {
      const amount = column.waiting[index] as number;
      if (amount === 0) continue;
      if (place >= 0) column.add(place, amount);
      column.waiting[index] = 0;
    }
  }

  #column(name: string): Column {
    let column = this.#columns.get(name);
    if (column === undefined) {
      column = new Column(this.#layout.length, this.#places.length);
      this.#list.push(column);
      this.#columns.set(name, column);
    }
    return column;
  }

  #advance(index: number, cell: number): void {
    const one = this.#layout.rings[index] as Ring;
    const first = Math.max((this.#heads[index] ?? -1) + 1, cell - one.cells + 1);
    this.#heads[index] = cell;
    const [from, to] = [placeOf(one, first), placeOf(one, cell)];
    for (const column of this.#list) {
      if (from <= to) column.empty(from, to);
      else {
        column.empty(from, one.offset + one.cells - 1);
        column.empty(one.offset, to);
      }
    }
  }
}

/** The sum of the cells from `first` to `last` that the ring still has. */
function total(column: Column, one: Reached, first: number, last: number): number {
  const { cells, head } = one;
  const oldest = Math.max(first, head - cells + 1, 0);
  const newest = Math.min(last, head);
  if (oldest > newest) return 0;
  return runsOf(one, oldest, newest).reduce((sum, [from, to]) => sum + column.sum(from, to), 0);
}

/** The sum over a time span whose first and last cell may lie only partly inside. */
function partly(column: Column, one: Reached, from: number, to: number): number {
  const { widthMs } = one;
  const [first, last] = [Math.floor(from / widthMs), Math.ceil(to / widthMs) - 1];
  const before = (from - first * widthMs) / widthMs;
  const behind = ((last + 1) * widthMs - to) / widthMs;
  let sum = total(column, one, first, last);
  if (before > 0) sum -= before * total(column, one, first, first);
  if (behind > 0) sum -= behind * total(column, one, last, last);
  return sum;
}

/** The places of neighbouring cells: one run, or two if the ring wraps around. */
function runsOf(one: Ring, first: number, last: number): [from: number, to: number][] {
  const from = placeOf(one, first);
  const to = placeOf(one, last);
  if (from <= to) return [[from, to]];
  return [
    [from, one.offset + one.cells - 1],
    [one.offset, to],
  ];
}

/** A ring's cells as a word, the newest cell first. `list` has room for all cells. */
function wordOf(column: Column, { offset, cells, head }: Reached, list: Float64Array): string {
  if (head < 0) return '';
  const newest = offset + (head % cells);
  const length = column.copy(newest, offset, list, 0);
  if (head >= cells) column.copy(offset + cells - 1, newest + 1, list, length);
  return encodeCells(list, Math.min(cells, head + 1));
}
