/** Counts in the narrowest numbers that hold them: most columns of most tenants stay small. */

/** The cells of one counter. */
export class Column {
  /** By ring, what is still to be added to the cell of the latest moment. */
  readonly waiting: number[];
  #cells: Uint16Array | Uint32Array | Float64Array;
  #highest = 0xffff;

  constructor(length: number, rings: number) {
    this.waiting = new Array<number>(rings).fill(0);
    this.#cells = new Uint16Array(length);
  }

  at(place: number): number {
    return this.#cells[place] ?? 0;
  }

  add(place: number, amount: number): void {
    const count = (this.#cells[place] ?? 0) + amount;
    if (count > this.#highest) this.#widen(count);
    this.#cells[place] = Math.max(0, count);
  }

  /** The cells from one to another, both included. */
  empty(from: number, to: number): void {
    // Filling costs a call of the engine, however few cells it is.
    if (to - from > 32) this.#cells.fill(0, from, to + 1);
    else for (let place = from; place <= to; place++) this.#cells[place] = 0;
  }

  /** Of the cells from one to another, both included. */
  sum(from: number, to: number): number {
    const cells = this.#cells;
    let sum = 0;
    for (let place = from; place <= to; place++) sum += cells[place] ?? 0;
    return sum;
  }

  /** Writes the cells from one down to another, both included, into `list` from `index` on. Returns where it goes on there. */
  copy(from: number, to: number, list: Float64Array, index: number): number {
    const cells = this.#cells;
    let next = index;
    for (let place = from; place >= to; place--) list[next++] = cells[place] as number;
    return next;
  }

  #widen(count: number): void {
    const isLarge = count > 0xffff_ffff;
    this.#cells = isLarge ? Float64Array.from(this.#cells) : Uint32Array.from(this.#cells);
    this.#highest = isLarge ? Number.MAX_SAFE_INTEGER : 0xffff_ffff;
  }
}
