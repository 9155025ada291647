import type { Rounds } from '../measure/alternate.ts';
import { compare, type Spread, spread } from '../statistics.ts';
import type { SubjectName } from '../subject/subject.ts';

/** One line of the report: a figure of a subject and, where it means something, the same of another. */
export interface Row {
  /** Such as `saturated.cpuMsPerRequest`; aims are kept by it. */
  id: string;
  group: string;
  label: string;
  unit: string;
  subject: SubjectName;
  value: Spread;
  against?: { subject: SubjectName; value: Spread; ratio: Spread; difference: Spread };
}

export type RowName = Pick<Row, 'id' | 'group' | 'label' | 'unit'>;

/** Two subjects set against each other. */
export interface Pair<Name extends SubjectName = SubjectName> {
  subject: Name;
  against: Name;
  /** Before the ids of its rows. */
  idPrefix: string;
}

export const OVER_BARE: Pair<'carryon' | 'bare'> = { subject: 'carryon', against: 'bare', idPrefix: '' };

/** A figure, and how it is had from one round's sample; undefined where the machine did not give the number. */
export interface Figure<Sample> extends RowName {
  pick(sample: Sample): number | undefined;
}

/** Every figure for every pair, pair by pair. What the machine did not give is left out. */
export function comparedRows<Sample, Name extends SubjectName>(
  pairs: readonly Pair<Name>[],
  rounds: Rounds<Sample, Name>,
  figures: readonly Figure<Sample>[],
): Row[] {
  return pairs.flatMap((pair) => figures.flatMap((figure) => comparedRow(pair, rounds, figure)));
}

function comparedRow<Sample, Name extends SubjectName>(
  { subject, against, idPrefix }: Pair<Name>,
  rounds: Rounds<Sample, Name>,
  { id, group, label, unit, pick }: Figure<Sample>,
): Row[] {
  const [ours, theirs] = [rounds[subject].map(pick), rounds[against].map(pick)];
  if (!ours.every(isNumber) || !theirs.every(isNumber)) return [];
  const { ours: value, theirs: other, ratio, difference } = compare(ours, theirs);
  const compared = { subject: against, value: other, ratio, difference };
  return [{ id: idPrefix + id, group, label, unit, subject, value, against: compared }];
}

export function singleRow(name: RowName, values: readonly number[]): Row {
  return { ...name, subject: 'carryon', value: spread(values) };
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
