/** The plot of the error budget over time, with incidents, drills and maintenance. */
import type { HistoryMark, ObjectiveHistory } from '../../../worker/core/slo/history.ts';
import type { Mark, PlotData, Tone } from '../../plots/plot-data.ts';
import { clockTime, dayText, duration, moment, wholePercent } from './format.ts';

const MARK_TONES: Readonly<Record<HistoryMark['kind'], Tone>> = {
  incident: 'bad',
  maintenance: 'away',
  drill: 'ink',
  lost: 'warn',
};

const DAY_MS = 86_400_000;

/** `what` names the promise. */
export function budgetPlot({ from, to, points, marks, widthMs }: ObjectiveHistory, what: string): PlotData {
  const left = points.map(({ at, budgetRemaining }) => ({ at: Math.min(to, at + widthMs), value: budgetRemaining }));
  const lowest = Math.min(0, ...left.flatMap(({ value }) => value ?? []));
  const isOverspent = lowest < -0.001;
  return {
    name: `Error budget left, ${what}`,
    lines: [{ name: 'left', tone: 'accent', points: left, filled: !isOverspent, label: null }],
    levels: isOverspent ? [{ value: 0, text: 'the budget is spent', tone: 'bad' }] : [],
    marks: marks.map(markOf),
    ...{ from, to, lowest, ...(!isOverspent && { highest: 1 }) },
    ...timesOf(from, to),
    text: wholePercent,
    empty: 'No requests in this window. The first ones appear here within a minute.',
  };
}

const markOf = ({ kind, from, to, text }: HistoryMark): Mark => {
  const lasted = kind === 'incident' && to !== null ? ` ${duration(to - from)}` : '';
  const words = text.length > 28 ? `${text.slice(0, 27)}…` : text;
  return { from, to, text: `${words}${lasted}`, tone: MARK_TONES[kind] };
};

/** How the times of a window are written: as times of day if it is short, as days if it is long. */
export const timesOf = (from: number, to: number): Pick<PlotData, 'when' | 'tick'> => ({
  when: moment,
  tick: to - from > 2 * DAY_MS ? dayText : clockTime,
});
