/** What happened and what is planned, as one list. */
import type { StatusReport } from './report.ts';

export interface Happening {
  kind: 'incident' | 'maintenance';
  phase: 'now' | 'planned' | 'over';
  from: number;
  /** Null: it goes on. */
  to: number | null;
  text: string;
  /** The name of the promise that broke; null: none, or not said. */
  objective: string | null;
}

const ORDER = { now: 0, planned: 1, over: 2 } as const;

/** What goes on comes first, then what is planned, the next first, then what is over, the latest first. */
export function happeningsOf({ incidents, maintenance }: StatusReport, now: number): Happening[] {
  const happenings: Happening[] = [
    ...incidents.map(({ openedAt, closedAt, text, objective }): Happening => {
      const phase = closedAt === null ? 'now' : 'over';
      return { kind: 'incident', phase, from: openedAt, to: closedAt, text, objective };
    }),
    ...maintenance.map(({ from, to, reason }): Happening => {
      const phase = now < from ? 'planned' : now < to ? 'now' : 'over';
      return { kind: 'maintenance', phase, from, to, text: reason, objective: null };
    }),
  ];
  return happenings.sort((one, other) => {
    if (one.phase !== other.phase) return ORDER[one.phase] - ORDER[other.phase];
    return one.phase === 'planned' ? one.from - other.from : other.from - one.from;
  });
}
