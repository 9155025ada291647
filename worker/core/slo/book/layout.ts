/** Where in a column a moment is counted. It is the same for all series, so it is computed once for all of them. */

/** `cells` cells of `widthMs` each. They are aligned to the epoch, so a cell of 24 hours is a day by UTC. */
export interface Resolution {
  widthMs: number;
  cells: number;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** A ring of cells in each column. */
export interface Ring extends Resolution {
  /** Where its first cell stands in a column. */
  offset: number;
}

/**
 * A time span (`to` is excluded) in which every count goes to the same cells. For each ring: the cell's number since the epoch,
 * and its place in a column.
 */
export interface CellSpan {
  from: number;
  to: number;
  cells: readonly number[];
  places: readonly number[];
}

/** Rings side by side in a column. */
export class Layout {
  readonly rings: readonly Ring[];
  /** The number of cells in a column. */
  readonly length: number;
  #moment: CellSpan | undefined;

  /** All widths are multiples of the first. */
  constructor(resolutions: readonly Resolution[]) {
    let length = 0;
    this.rings = resolutions.map((resolution) => {
      const offset = length;
      length += resolution.cells;
      return { ...resolution, offset };
    });
    this.length = length;
  }

  moment(at: number): CellSpan {
    const last = this.#moment;
    if (last !== undefined && at >= last.from && at < last.to) return last;
    const width = this.rings[0]?.widthMs ?? 1;
    const from = Math.floor(at / width) * width;
    const cells = this.rings.map(({ widthMs }) => Math.floor(at / widthMs));
    const places = this.rings.map((ring, index) => placeOf(ring, cells[index] ?? 0));
    this.#moment = { from, to: from + width, cells, places };
    return this.#moment;
  }
}

/** The place in a column of a cell that is numbered since the epoch. */
export const placeOf = ({ offset, cells }: Ring, cell: number): number => offset + (cell % cells);

/** The layouts of a series' counters. */
export interface Layouts {
  counted: Layout;
  excluded: Layout;
  durations: Layout;
  traffic: Layout;
}

/** A ring has one cell more than it covers, because a window begins inside a cell. */
const ring = (widthMs: number, coveredMs: number): Resolution => ({ widthMs, cells: coveredMs / widthMs + 1 });

/** The layouts of a book that keeps the figures of days for `retentionDays`. */
export const layoutsOf = (retentionDays: number): Layouts => ({
  counted: countedLayout(retentionDays),
  excluded: excludedLayout(),
  durations: durationLayout(),
  traffic: trafficLayout(),
});

/**
 * The layout of the counts that alerts depend on. In each window for burn rates and objectives (5 and 30 minutes; 1, 2 and 6
 * hours; 1 to 60 days) a cell is at most a 60th of the window, so an outage that begins inside the window's first cell shifts the
 * ratio by less than 0.5 %.
 */
export const countedLayout = (retentionDays: number): Layout =>
  new Layout([
    ring(5 * SECOND_MS, 10 * MINUTE_MS),
    ring(30 * SECOND_MS, HOUR_MS),
    ring(2 * MINUTE_MS, 6 * HOUR_MS),
    ring(20 * MINUTE_MS, 3 * DAY_MS),
    ring(2 * HOUR_MS, 30 * DAY_MS),
    ring(12 * HOUR_MS, 60 * DAY_MS),
    ring(DAY_MS, retentionDays * DAY_MS),
  ]);

/**
 * The layout of counts that are only shown: the excluded requests of each promise, by nine reasons. It covers this month, the last
 * one and the longest window.
 */
const excludedLayout = (): Layout =>
  new Layout([ring(20 * MINUTE_MS, 6 * HOUR_MS), ring(2 * HOUR_MS, 3 * DAY_MS), ring(DAY_MS, 62 * DAY_MS)]);

/** The layout of percentiles: cells of 10 minutes for a day, and cells of a day for 90 days. */
export const durationLayout = (): Layout => new Layout([ring(10 * MINUTE_MS, DAY_MS), ring(DAY_MS, 90 * DAY_MS)]);

/**
 * The layout of traffic: cells of a minute for half an hour, and of 10 minutes for more than a week, so that the latest traffic
 * can be compared with that of a week ago.
 */
const trafficLayout = (): Layout => new Layout([ring(MINUTE_MS, 30 * MINUTE_MS), ring(10 * MINUTE_MS, 9 * DAY_MS)]);
