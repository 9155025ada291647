/** The state of each promise, and of all of them together. */
import { type Promised, promisesOf, type StatusReport } from './report.ts';

/** `strained`: kept, but its error budget burns too fast or is used up. `unknown`: no traffic to judge by. */
export type Standing = 'kept' | 'strained' | 'broken' | 'unknown';

/** The worst thing that is true now, for the page's first sentence. */
export type Overall =
  | { kind: 'nothing' }
  | { kind: 'broken' | 'strained'; names: string[]; of: number }
  | { kind: 'incident' }
  | { kind: 'maintenance'; until: number }
  | { kind: 'kept'; of: number }
  | { kind: 'unknown' };

export function standingOf(promise: Promised): Standing {
  if (promise.kind === 'average') {
    if (promise.state === 'no_data') return 'unknown';
    return promise.state === 'exceeded' ? 'broken' : 'kept';
  }
  const { value, promised, state } = promise;
  if (value === null) return 'unknown';
  if (value < promised / 100 - 1e-9) return 'broken';
  return state === 'exhausted' || state === 'burning' ? 'strained' : 'kept';
}

/** `now`: epoch milliseconds. */
export function overallOf(report: StatusReport, now: number): Overall {
  const promises = promisesOf(report);
  if (promises.length === 0) return { kind: 'nothing' };
  const named = (standing: Standing) => promises.filter((one) => standingOf(one) === standing).map(({ name }) => name);
  const [broken, strained, kept] = [named('broken'), named('strained'), named('kept')];
  const going = report.maintenance.find(({ from, to }) => from <= now && now < to);
  if (broken.length > 0) return { kind: 'broken', names: broken, of: promises.length };
  if (report.incidents.some(({ closedAt }) => closedAt === null)) return { kind: 'incident' };
  if (strained.length > 0) return { kind: 'strained', names: strained, of: promises.length };
  if (going !== undefined) return { kind: 'maintenance', until: going.to };
  return kept.length > 0 ? { kind: 'kept', of: promises.length } : { kind: 'unknown' };
}
