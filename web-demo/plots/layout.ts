/** The position of everything in a plot, in pixels. */
import { heightsOf, type Line, type PlotData, type Point } from './plot-data.ts';
import { niceTicks, place, runs, type Scale, spread, timeTicks } from './scale.ts';

export interface Layout {
  width: number;
  height: number;
  x: Scale;
  y: Scale;
  xTicks: number[];
  yTicks: number[];
  /** The labels at the ends of lines, moved apart. */
  labels: { text: string; tone: Line['tone']; x: number; y: number }[];
  /** The height of each level's text, moved apart. */
  levelTexts: number[];
}

const [TOP, BOTTOM, CHARACTER, LINE_HEIGHT] = [14, 26, 6.6, 15];
const LEVEL_HEIGHT = 13;
/** The room that a tick of the x axis needs. */
const TICK_WIDTH = 72;

/** The layout of a plot of this size in pixels. */
export function layoutOf(data: PlotData, width: number, height: number): Layout {
  const { least, most } = heightsOf(data);
  const ticks = niceTicks(least, most === least ? least + 1 : most, height < 180 ? 3 : 4);
  const isRound = data.highest === undefined;
  const yTicks = isRound ? ticks : ticks.filter((tick) => tick <= most);
  const [lowest = least, top = most] = [yTicks[0], isRound ? yTicks.at(-1) : most];
  const left = Math.max(...yTicks.map((tick) => data.text(tick).length)) * CHARACTER + 12;
  const ends = data.lines.flatMap((line) => {
    const end = lastPoint(line);
    const text = line.label === undefined ? line.name : line.label;
    return end === undefined || text === null ? [] : [{ end, text, tone: line.tone }];
  });
  const right = ends.length === 0 ? 10 : Math.max(...ends.map(({ text }) => text.length)) * CHARACTER + 12;
  const x: Scale = { from: data.from, to: data.to, start: left, end: Math.max(left + 20, width - right) };
  const y: Scale = { from: lowest, to: top, start: height - BOTTOM, end: TOP };
  const heights = spread(
    ends.map(({ end }) => place(y, end.value)),
    LINE_HEIGHT,
    TOP,
    height - BOTTOM,
  );
  const levels = (data.levels ?? []).map(({ value }) => place(y, value) - 5);
  const offsetMs = -new Date(data.to).getTimezoneOffset() * 60_000;
  return {
    ...{ width, height, x, y, yTicks },
    xTicks: timeTicks(data.from, data.to, Math.max(3, Math.floor((x.end - x.start) / TICK_WIDTH)), offsetMs),
    levelTexts: spread(levels, LEVEL_HEIGHT, TOP - 4, height - BOTTOM),
    labels: ends.map(({ end, text, tone }, index) => ({
      ...{ text, tone },
      x: place(x, end.at) + 8,
      y: heights[index] ?? 0,
    })),
  };
}

/** The last point that has a value. */
export const lastPoint = ({ points }: Line): { at: number; value: number } | undefined =>
  points.findLast((point): point is { at: number; value: number } => point.value !== null);

/** The SVG path of a line. Gaps stay gaps, and single points are left out. */
export function pathOf(points: readonly Point[], { x, y }: Layout): string {
  return runs(points)
    .filter((run) => run.length > 1)
    .map((run) => `M${run.map(({ at, value }) => `${round(place(x, at))} ${round(place(y, value))}`).join('L')}`)
    .join('');
}

/** The points with a gap on both sides. */
export const lonePoints = (points: readonly Point[]): { at: number; value: number }[] =>
  runs(points).flatMap((run) => (run.length === 1 ? run : []));

/** The area below a line, closed along the bottom. */
export function areaOf(points: readonly Point[], { x, y }: Layout): string {
  return runs(points)
    .map((run) => {
      const [first, last] = [run[0], run.at(-1)];
      if (first === undefined || last === undefined || run.length < 2) return '';
      const along = run.map(({ at, value }) => `${round(place(x, at))} ${round(place(y, value))}`).join('L');
      return `M${round(place(x, first.at))} ${y.start}L${along}L${round(place(x, last.at))} ${y.start}Z`;
    })
    .join('');
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;
