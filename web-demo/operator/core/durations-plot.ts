/** The plot of how long answers took, with the promise as a dashed line. */
import type { DurationHistory, DurationPoint } from '../../../worker/core/slo/history.ts';
import type { Level, PlotData } from '../../plots/plot-data.ts';
import { timesOf } from './budget-plot.ts';
import { seconds } from './format.ts';
import { durationWords } from './promise-card.ts';
import type { ShownObjective } from './replies.ts';

export type Measure = 'ttftMs' | 'totalMs';

/** The milliseconds of a duration in config's form, such as `2.5s`. */
function milliseconds(text: string): number | undefined {
  const [, amount = '', unit = ''] = /^([\d.]+)(ms|s|m|h)$/.exec(text) ?? [];
  const size = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }[unit];
  return size === undefined ? undefined : Number(amount) * size;
}

/** The promises about this measure of a feature. */
export function levelsOf(objectives: readonly ShownObjective[], feature: string, measure: Measure): Level[] {
  const sli = measure === 'ttftMs' ? 'ttft' : 'latency';
  return objectives.flatMap((one) => {
    const value = one.under === null ? undefined : milliseconds(one.under);
    if (one.sli !== sli || value === undefined || (one.feature !== null && one.feature !== feature)) return [];
    const text = `promise: ${one.target} % within ${durationWords(one.under ?? '')}`;
    return [{ value, text, tone: 'bad' as const }];
  });
}

/** p50, p95 and p99 of one measure. */
export function durationsPlot(
  history: DurationHistory,
  measure: Measure,
  levels: readonly Level[],
  to: number,
): PlotData {
  const points = history[measure];
  const from = points[0]?.at ?? to - 86_400_000;
  const line = (name: 'p50' | 'p95' | 'p99', tone: 'accent' | 'faint') => ({
    ...{ name, tone },
    points: points.map((point: DurationPoint) => ({ at: point.at, value: point[name] })),
  });
  const end = Math.max(to, points.at(-1)?.at ?? to);
  return {
    name: measure === 'ttftMs' ? 'Time to the first token' : 'Time to the end of the answer',
    lines: [line('p99', 'faint'), line('p95', 'accent'), line('p50', 'faint')],
    levels,
    ...{ from, to: end },
    ...timesOf(from, end),
    text: (ms) => (ms === 0 ? '0 s' : seconds(ms)),
    empty: 'No answers were measured in this window.',
  };
}
