import type { Rounds } from '../measure/alternate.ts';
import { type Comparison, compare, type Spread, spread } from '../statistics.ts';

/** One line of the report: a figure of Carryon and, where it means something, the same of the bare Worker. */
export interface Row {
  /** Such as `saturated.cpuMsPerRequest`; aims are kept by it. */
  id: string;
  group: string;
  label: string;
  unit: string;
  carryon: Spread;
  against?: Omit<Comparison, 'carryon'>;
}

interface RowName {
  id: string;
  group: string;
  label: string;
  unit: string;
}

/** A row from one number per round; undefined where the machine did not give the number. */
export function comparedRow<Sample>(
  name: RowName,
  rounds: Rounds<Sample>,
  pick: (sample: Sample) => number | undefined,
): Row | undefined {
  const [ours, theirs] = [rounds.carryon.map(pick), rounds.bare.map(pick)];
  if (!ours.every(isNumber) || !theirs.every(isNumber)) return undefined;
  const { carryon, ...against } = compare(ours, theirs);
  return { ...name, carryon, against };
}

export function singleRow(name: RowName, values: readonly number[]): Row {
  return { ...name, carryon: spread(values) };
}

export function present(rows: readonly (Row | undefined)[]): Row[] {
  return rows.filter((row) => row !== undefined);
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
