/**
 * Rows of equal shape as JSON, column by column: a value that all rows share is written once, repeated strings are numbered, and
 * a column with only null is left out. A flush of records is about a fifth as long as a list of objects.
 */

type Cell = string | number | boolean | null;

/** A column is one value for all rows, or the value of each row, or each row's number in a list of values. */
type Column = Cell | readonly Cell[] | { of: readonly Cell[]; is: readonly number[] };

/** A table of `count` rows. Columns that an earlier build did not know are absent, as are those without a value. */
export interface Table {
  count: number;
  columns: Readonly<Record<string, Column>>;
}

/** Packs the fields `names` of the rows, and the columns `more`, which are not fields of the rows. */
export function packTable<Name extends string>(
  rows: readonly Readonly<Record<Name, Cell>>[],
  names: readonly Name[],
  more: Readonly<Record<string, readonly Cell[]>>,
): Table {
  const columns: Record<string, Column> = {};
  for (const name of names) {
    const first = rows[0]?.[name] ?? null;
    const isSame = rows.every((row) => row[name] === first);
    const column = isSame ? first : columnOf(rows.map((row) => row[name]));
    if (column !== null) columns[name] = column;
  }
  for (const [name, cells] of Object.entries(more)) columns[name] = columnOf(cells);
  return { count: rows.length, columns };
}

function columnOf(cells: readonly Cell[]): Column {
  const isText = cells.some((cell) => typeof cell === 'string');
  const distinct = isText ? [...new Set(cells)] : cells;
  if (distinct.length * 2 > cells.length) return cells;
  const numbers = new Map(distinct.map((cell, number) => [cell, number]));
  return { of: distinct, is: cells.map((cell) => numbers.get(cell) ?? 0) };
}

/** The rows of a table, with null for each field that the table lacks. */
export function unpackTable<Name extends string>(
  { count, columns }: Table,
  names: readonly Name[],
): Record<Name, Cell>[] {
  // Copies of an object that has all fields keep its shape; a field added to each would cost several times as much.
  const empty = Object.fromEntries(names.map((name) => [name, null])) as Record<Name, Cell>;
  const rows = Array.from({ length: count }, () => ({ ...empty }));
  for (const name of names) fill(rows, name, columns[name] ?? null);
  return rows;
}

function fill<Name extends string>(rows: Record<Name, Cell>[], name: Name, column: Column): void {
  if (column === null) return;
  rows.forEach((row, index) => {
    if (typeof column !== 'object') row[name] = column;
    else if (isList(column)) row[name] = column[index] ?? null;
    else row[name] = column.of[column.is[index] ?? -1] ?? null;
  });
}

const isList = (column: object): column is readonly Cell[] => Array.isArray(column);
