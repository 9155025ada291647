/** Counts as text: few characters, and all of them printable ASCII that SQLite stores as one byte each. */

const FIRST = 35;
const BASE = 92;
/** How many digits a gap is written with. Two can write a gap that is longer than any ring. */
const GAP_DIGITS = 2;
const DENSE = '1'.charCodeAt(0) - 1;
const SPARSE = 'A'.charCodeAt(0) - 1;

/**
 * The first `count` cells as one word. Its first character says how many digits a cell has, and whether zeros are left out. If all
 * cells are zero, the word is empty. Cells are whole numbers below 2^53.
 */
export function encodeCells(cells: Float64Array, count: number): string {
  let largest = 0;
  let filled = 0;
  let length = 0;
  for (let index = 0; index < count; index++) {
    const cell = cells[index] as number;
    if (cell === 0) continue;
    filled += 1;
    length = index + 1;
    if (cell > largest) largest = cell;
  }
  if (filled === 0) return '';
  const digits = digitsOf(largest);
  const isSparse = filled * (GAP_DIGITS + digits) < length * digits;
  let word = String.fromCharCode((isSparse ? SPARSE : DENSE) + digits);
  let gap = 0;
  for (let index = 0; index < length; index++) {
    const cell = cells[index] as number;
    if (isSparse && cell === 0) {
      gap += 1;
      continue;
    }
    if (isSparse) word += written(gap, GAP_DIGITS);
    word += written(cell, digits);
    gap = 0;
  }
  return word;
}

/** Calls `each` for every cell of a word that is not zero. A cell that cannot be read counts as zero. */
export function forEachCell(word: string, each: (index: number, cell: number) => void): void {
  const kind = word.charCodeAt(0);
  const isSparse = kind > SPARSE;
  const digits = kind - (isSparse ? SPARSE : DENSE);
  if (!(digits > 0)) return;
  const step = digits + (isSparse ? GAP_DIGITS : 0);
  let index = 0;
  for (let from = 1; from + step <= word.length; from += step) {
    if (isSparse) index += read(word, from, GAP_DIGITS);
    const cell = read(word, from + step - digits, digits);
    if (cell > 0) each(index, cell);
    index += 1;
  }
}

function digitsOf(value: number): number {
  let digits = 1;
  for (let rest = value; rest >= BASE; rest = Math.floor(rest / BASE)) digits += 1;
  return digits;
}

function written(value: number, digits: number): string {
  let text = '';
  let rest = value;
  for (let digit = 0; digit < digits; digit++) {
    text = String.fromCharCode(FIRST + (rest % BASE)) + text;
    rest = Math.floor(rest / BASE);
  }
  return text;
}

function read(word: string, from: number, digits: number): number {
  let value = 0;
  for (let index = from; index < from + digits; index++) value = value * BASE + word.charCodeAt(index) - FIRST;
  return value;
}
