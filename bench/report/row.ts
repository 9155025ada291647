import type { Rounds } from '../measure/alternate.ts';
import { compare, type Spread, spread } from '../statistics.ts';
import type { SubjectName } from '../subject/subject.ts';

/** One line of the report: a figure of a subject and, where it means something, the same of the bare Worker. */
export interface Row {
  /** Such as `saturated.cpuMsPerRequest`, or `cacheHit.saturated.cpuMsPerRequest` of another than Carryon; aims are kept by it. */
  id: string;
  group: string;
  label: string;
  unit: string;
  subject: SubjectName;
  value: Spread;
  overBare?: { bare: Spread; ratio: Spread; difference: Spread };
}

export type RowName = Pick<Row, 'id' | 'group' | 'label' | 'unit'>;

/** A figure, and how it is had from one round's sample; undefined where the machine did not give the number. */
export interface Figure<Sample> extends RowName {
  pick(sample: Sample): number | undefined;
}

/** Every figure of every subject over bare, subject by subject. What the machine did not give is left out. */
export function overBare<Sample, Name extends SubjectName>(
  rounds: Rounds<Sample, Name | 'bare'>,
  figures: readonly Figure<Sample>[],
): Row[] {
  const subjects = (Object.keys(rounds) as Name[]).filter((name) => name !== 'bare');
  return subjects.flatMap((subject) => figures.flatMap((figure) => compared(subject, rounds, figure)));
}

function compared<Sample, Name extends SubjectName>(
  subject: Name,
  rounds: Rounds<Sample, Name | 'bare'>,
  { id, pick, ...named }: Figure<Sample>,
): Row[] {
  const [ours, theirs] = [rounds[subject].map(pick), rounds.bare.map(pick)];
  if (!ours.every(isNumber) || !theirs.every(isNumber)) return [];
  const { ours: value, theirs: bare, ratio, difference } = compare(ours, theirs);
  const prefix = subject === 'carryon' ? '' : `${subject}.`;
  return [{ ...named, id: prefix + id, subject, value, overBare: { bare, ratio, difference } }];
}

export function singleRow(name: RowName, values: readonly number[]): Row {
  return { ...name, subject: 'carryon', value: spread(values) };
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined;
}
