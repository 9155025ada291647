/** Maps values and times to positions in a plot, and chooses the ticks. */

/** A mapping from values or times to pixels. */
export interface Scale {
  from: number;
  to: number;
  /** The pixels of `from` and `to`. On the y axis `from` is below `to`, so its pixel is the larger one. */
  start: number;
  end: number;
}

/** The pixel of a value. */
export const place = ({ from, to, start, end }: Scale, value: number): number =>
  to === from ? start : start + ((value - from) / (to - from)) * (end - start);

/** The value at a pixel. */
export const valueAt = ({ from, to, start, end }: Scale, pixel: number): number =>
  end === start ? from : from + ((pixel - start) / (end - start)) * (to - from);

/** About `count` ticks that cover `from` and `to`. Their step is 1, 2, 2.5 or 5 times a power of ten. */
export function niceTicks(from: number, to: number, count = 4): number[] {
  const range = to - from;
  if (!(range > 0)) return [from];
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough * 0.999) ?? 10) * power;
  const first = Math.floor(from / step + 1e-9);
  const last = Math.ceil(to / step - 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000];
const STEPS_MS = [
  ...[5 * MINUTE_MS, 10 * MINUTE_MS, 15 * MINUTE_MS, 30 * MINUTE_MS],
  ...[HOUR_MS, 2 * HOUR_MS, 3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS],
  ...[DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 14 * DAY_MS, 30 * DAY_MS],
];

/** At most `most` times on full hours or days, in the time zone that is `offsetMs` ahead of UTC. */
export function timeTicks(from: number, to: number, most: number, offsetMs: number): number[] {
  const step = STEPS_MS.find((one) => (to - from) / one <= most) ?? Math.ceil((to - from) / most / DAY_MS) * DAY_MS;
  const first = Math.ceil((from + offsetMs) / step) * step - offsetMs;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** Moves heights apart, so that labels at them do not overlap and stay within `top` and `bottom`. */
export function spread(heights: readonly number[], gap: number, top: number, bottom: number): number[] {
  const order = heights.map((height, index) => ({ height, index })).sort((a, b) => a.height - b.height);
  let least = top;
  for (const one of order) {
    one.height = Math.max(one.height, least);
    least = one.height + gap;
  }
  let most = bottom;
  for (const one of order.toReversed()) {
    one.height = Math.min(one.height, most);
    most = one.height - gap;
  }
  const moved = [...heights];
  for (const { height, index } of order) moved[index] = height;
  return moved;
}

/** The runs of points that follow each other without a gap. A single point is a run too. */
export function runs<Point extends { value: number | null }>(
  points: readonly Point[],
): (Point & { value: number })[][] {
  const found: (Point & { value: number })[][] = [];
  let run: (Point & { value: number })[] | undefined;
  for (const point of points) {
    if (point.value === null) {
      run = undefined;
      continue;
    }
    if (run === undefined) {
      run = [];
      found.push(run);
    }
    run.push(point as Point & { value: number });
  }
  return found;
}

/** The index of the time nearest to `at`; -1 if there are no times. `times` are ascending. */
export function nearest(times: readonly number[], at: number): number {
  let best = -1;
  for (const [index, time] of times.entries())
    if (best < 0 || Math.abs(time - at) < Math.abs((times[best] ?? 0) - at)) best = index;
  return best;
}
