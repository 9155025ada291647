import type { Rounds } from '../measure/alternate.ts';
import { compare, type Quantity, type Relation, type Summary, summarize } from '../statistics.ts';
import { type Entrant, KINDS, type SubjectName, subjectOf } from '../subject/subject.ts';

/** One line of the report: a figure of a subject and, if it means something, the same figure of a reference in the same rounds. */
export interface Row {
  /** Such as `saturated.cpuMsPerRequest` for Carryon, or `cacheHit.saturated.cpuMsPerRequest` for another subject. Aims refer to it. */
  id: string;
  group: string;
  label: string;
  unit: string;
  subject: SubjectName;
  value: Summary;
  over?: { reference: SubjectName; value: Summary; ratio: Relation; difference: Relation };
  /** The figure of the same subject from the other checkout (`--against`), and ours as a multiple of it. */
  against?: { value: Summary; ratio: Relation };
}

export type RowName = Pick<Row, 'id' | 'group' | 'label' | 'unit'>;

/** A figure, and how to read it from one round's sample. `pick` returns undefined if the system did not report it. */
export interface Figure<Sample> extends RowName {
  pick(sample: Sample): number | undefined;
  quantity?: Quantity;
}

/** Every figure of every subject over its reference, subject by subject. Figures that the system did not report are left out. */
export function overReference<Sample>(
  rounds: Rounds<Sample>,
  figures: readonly Figure<Sample>[],
  referenceOf: (subject: SubjectName) => SubjectName = () => 'bare',
): Row[] {
  const subjects = [...rounds.keys()].filter((name): name is SubjectName => name === subjectOf(name));
  return subjects.flatMap((subject) => {
    const reference = referenceOf(subject);
    return reference === subject || !rounds.has(reference)
      ? []
      : figures.flatMap((figure) => rowOf(subject, reference, rounds, figure));
  });
}

/** One figure of one subject over a floor, which shows our own part of it. `title`: the floor's name. */
export function overFloor<Sample>(
  rounds: Rounds<Sample>,
  subject: SubjectName,
  [floor, title]: readonly [SubjectName, string],
  figure: Figure<Sample>,
): Row[] {
  const both = new Map([...rounds].filter(([name]) => [subject, floor].includes(subjectOf(name))));
  const named = { ...figure, id: `${figure.id}OverFloor`, label: `${figure.label}, over ${title}` };
  return overReference(both, [named], () => floor);
}

function rowOf<Sample>(
  subject: SubjectName,
  reference: SubjectName,
  rounds: Rounds<Sample>,
  { id, label, pick, quantity = 'cost', ...named }: Figure<Sample>,
): Row[] {
  const picked = (name: Entrant): number[] | undefined => {
    const values = rounds.get(name)?.map(pick);
    return values?.every((value) => value !== undefined) ? values : undefined;
  };
  const [ours, theirs, others] = [picked(subject), picked(reference), picked(`against:${subject}`)];
  if (ours === undefined || theirs === undefined) return [];
  const over = compare(ours, theirs, quantity);
  const against = others && compare(ours, others, quantity);
  const isCarryon = subject === 'carryon';
  return [
    {
      ...named,
      id: isCarryon ? id : `${subject}.${id}`,
      label: isCarryon ? label : `${KINDS[subject].title}: ${label}`,
      subject,
      value: over.ours,
      over: { reference, value: over.theirs, ratio: over.ratio, difference: over.difference },
      ...(against && { against: { value: against.theirs, ratio: against.ratio } }),
    },
  ];
}

/** A figure without a reference. */
export function singleRow(name: RowName, values: readonly number[], quantity?: Quantity): Row {
  return { ...name, subject: 'carryon', value: summarize(values, quantity) };
}

/** A figure without a reference, with the other checkout's figure beside it. */
export function singleRowAgainst(name: RowName, ours: readonly number[], theirs: readonly number[] | undefined): Row {
  if (theirs === undefined) return singleRow(name, ours);
  const { ratio, theirs: value } = compare(ours, theirs);
  return { ...singleRow(name, ours), against: { value, ratio } };
}
