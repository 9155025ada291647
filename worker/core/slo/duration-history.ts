/** How long the requests of a feature took, hour by hour or day by day. */
import type { Measure } from './book/series.ts';
import type { DurationHistory, DurationPoint } from './history.ts';
import type { ReadBook } from './tally.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The windows that can be requested, by name, in milliseconds. The book has 10-minute figures for a day, and daily ones for 90 days. */
export const DURATION_WINDOWS = {
  '6h': 6 * HOUR_MS,
  '24h': DAY_MS,
  '1d': DAY_MS,
  '3d': 3 * DAY_MS,
  '7d': 7 * DAY_MS,
  '14d': 14 * DAY_MS,
  '28d': 28 * DAY_MS,
  '30d': 30 * DAY_MS,
  '60d': 60 * DAY_MS,
  '90d': 90 * DAY_MS,
} as const;

/** A window of up to a day is shown by hour, a longer one by day. The last cell is still running. */
export function durationHistory(book: ReadBook, feature: string, windowMs: number, now: number): DurationHistory {
  const widthMs = windowMs > DAY_MS ? DAY_MS : HOUR_MS;
  const end = (Math.floor(now / widthMs) + 1) * widthMs;
  const series = book.seriesOf(null, feature);
  const of = (measure: Measure): DurationPoint[] =>
    Array.from({ length: Math.ceil(windowMs / widthMs) }, (_, index, length = Math.ceil(windowMs / widthMs)) => {
      const at = end - (length - index) * widthMs;
      const found = series?.percentilesBetween(measure, [0.5, 0.95, 0.99], at, at + widthMs) ?? [];
      const [p50 = null, p95 = null, p99 = null] = found.map((ms) => Math.round(ms * 10) / 10);
      return { at, p50, p95, p99 };
    });
  return { feature, widthMs, ttftMs: of('ttft'), totalMs: of('total') };
}
