/**
 * Rows of equal shape as JSON, by columns: a value that all rows have is written once, texts that repeat are numbered, and a
 * column of nothing but null is left out. A flush of records is about a fifth as long as a list of objects.
 */

type Cell = string | number | boolean | null;

/** Each row's own value; or the same for all; or the number of each row's text among those of the column. */
type Column = Cell | readonly Cell[] | { of: readonly Cell[]; is: readonly number[] };

/** `count` rows. Columns that an earlier build did not know are absent, as are those without any value. */
export interface Table {
  count: number;
  columns: Readonly<Record<string, Column>>;
}

/** Packs these fields of the rows. */
export function packTable<Name extends string>(
  rows: readonly Readonly<Record<Name, Cell>>[],
  names: readonly Name[],
): Table {
  const columns: Record<string, Column> = {};
  for (const name of names) {
    const column = columnOf(rows.map((row) => row[name]));
    if (column !== null) columns[name] = column;
  }
  return { count: rows.length, columns };
}

function columnOf(cells: readonly Cell[]): Column {
  const distinct = new Map<Cell, number>();
  for (const cell of cells) if (!distinct.has(cell)) distinct.set(cell, distinct.size);
  if (distinct.size <= 1) return cells[0] ?? null;
  const repeats = distinct.size * 2 <= cells.length && cells.some((cell) => typeof cell === 'string');
  return repeats ? { of: [...distinct.keys()], is: cells.map((cell) => distinct.get(cell) ?? 0) } : cells;
}

/** The rows of a table, with null for each field that it does not hold. */
export function unpackTable<Name extends string>(
  { count, columns }: Table,
  names: readonly Name[],
): Record<Name, Cell>[] {
  const rows = Array.from({ length: count }, () => ({}) as Record<Name, Cell>);
  for (const name of names) {
    const cellAt = reader(columns[name] ?? null);
    rows.forEach((row, index) => {
      row[name] = cellAt(index);
    });
  }
  return rows;
}

function reader(column: Column): (index: number) => Cell {
  if (column === null || typeof column !== 'object') return () => column;
  if (isList(column)) return (index) => column[index] ?? null;
  return (index) => column.of[column.is[index] ?? -1] ?? null;
}

const isList = (column: object): column is readonly Cell[] => Array.isArray(column);
