/** Counts in the narrowest number type that holds them, because most columns of most tenants stay small. */

/** The cells of one counter. */
export class Column {
  /** For each ring, the amount that is still to be added to the cell of the current moment. */
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

  /** Empties the cells from one place to another, both included. */
  empty(from: number, to: number): void {
    // A call of `fill` has a fixed cost that a few cells are not worth.
    if (to - from > 32) this.#cells.fill(0, from, to + 1);
    else for (let place = from; place <= to; place++) this.#cells[place] = 0;
  }

  /** The sum of the cells from one place to another, both included. */
  sum(from: number, to: number): number {
    const cells = this.#cells;
    let sum = 0;
    for (let place = from; place <= to; place++) sum += cells[place] ?? 0;
    return sum;
  }

  /** Copies the cells from one place down to another, both included, to `list`, from `index` on. Returns the index after the last cell. */
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
