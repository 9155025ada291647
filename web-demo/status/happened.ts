/** What happened and what is planned, as one list. */
import { type Broke, promisesOf, type StatusReport } from './report.ts';
import type { StatusWords } from './words.ts';

export interface Happening {
  kind: 'incident' | 'maintenance' | 'drill';
  phase: 'now' | 'planned' | 'over';
  from: number;
  /** Null while it goes on. */
  to: number | null;
  /** The operator's text; null if there is none, and then the page has words of its own (`sentenceOf`). */
  text: string | null;
  /** The feature of a drill; null if the drill is for all features. */
  feature: string | null;
  /** The name of the promise that broke; null if none did, or if it is not said. */
  objective: string | null;
}

const ORDER = { now: 0, planned: 1, over: 2 } as const;

/** Sorts: first what goes on, then what is planned with the next first, then what is over with the latest first. */
export function happeningsOf({ incidents, maintenance, drills = [] }: StatusReport, now: number): Happening[] {
  const happenings: Happening[] = [
    ...incidents.map(({ openedAt, closedAt, publicNote, text, objective, feature }): Happening => {
      const phase = closedAt === null ? 'now' : 'over';
      const written = publicNote === null ? null : text;
      return { kind: 'incident', phase, from: openedAt, to: closedAt, text: written, objective, feature };
    }),
    ...maintenance.map(({ from, to, reason }): Happening => {
      const phase = now < from ? 'planned' : now < to ? 'now' : 'over';
      return { kind: 'maintenance', phase, from, to, text: reason, objective: null, feature: null };
    }),
    ...drills.map(({ from, to, feature }): Happening => {
      const phase = now < to ? 'now' : 'over';
      return { kind: 'drill', phase, from, to, text: null, objective: null, feature };
    }),
  ];
  return happenings.sort((one, other) => {
    if (one.phase !== other.phase) return ORDER[one.phase] - ORDER[other.phase];
    return one.phase === 'planned' ? one.from - other.from : other.from - one.from;
  });
}

/** What a happening was, in one sentence: the operator's, or else the page's own in the reader's language. */
export function sentenceOf(one: Happening, report: StatusReport, { happened: say }: StatusWords): string {
  if (one.text !== null) return one.text;
  return one.kind === 'drill' ? say.drilled(one.feature) : say.made(brokeOf(one, report), one.feature);
}

function brokeOf({ objective }: Happening, report: StatusReport): Broke {
  const promised = promisesOf(report).find(({ name }) => name === objective);
  return promised === undefined ? null : promised.kind === 'average' ? 'average' : promised.sli;
}
