/** How all promises stand: what `GET /slo` and `GET /admin/slo` answer. */
import { durationText } from '../config/duration.ts';
import type { DrillRecord } from '../operators/drill.ts';
import type { Book } from './book/book.ts';
import type { Loss } from './book/losses.ts';
import { lastDays, lastDaysOfAverage } from './days.ts';
import { dependenciesAt, type ShownDependencies } from './dependencies.ts';
import { type Evaluation, evaluate, type Narrowing } from './evaluate.ts';
import type { DayState } from './history.ts';
import type { Incident } from './incident.ts';
import { countedKey } from './sli-outcome.ts';
import type { AverageObjective, MaintenanceWindow, Slo } from './slo.ts';
import { type ReadBook, totalOf } from './tally.ts';

/** All promises at one time. Times are epoch milliseconds. */
export interface SloReport {
  service: string;
  contact: string | null;
  at: number;
  objectives: ReportedObjective[];
  averages: AverageReport[];
  /** Incidents that are open, or were open within the last 30 days, the newest first. */
  incidents: Incident[];
  /** Maintenance windows that are announced, under way, or ended within the last 30 days. */
  maintenance: MaintenanceWindow[];
  /** Times within the last 30 days from which records may be missing, because an isolate ended. */
  lost: Loss[];
  /** Records that isolates have lost within the last 30 days; their requests are not counted. */
  dropped: number;
  /** Set if the report is narrowed to one feature. */
  percentiles?: { ttftMs: Percentiles; totalMs: Percentiles };
}

/** A report, and the drills of the last 30 days. */
export interface RecentReport {
  report: SloReport;
  drills: readonly DrillRecord[];
}

/** An objective, its dependencies, and its last 90 days: oldest first, today last. */
export type ReportedObjective = Evaluation & ShownDependencies & { days: DayState[] };

/** How an average stands against its promised limit. */
export interface AverageReport {
  name: string;
  feature: string | null;
  averageUsd: number;
  window: string;
  /** Null if no request was good or bad. */
  valueUsd: number | null;
  state: 'healthy' | 'exceeded' | 'no_data';
  /** Good and bad requests together. */
  total: number;
  /** The last 90 days, as for objectives. */
  days: DayState[];
}

/** In milliseconds, accurate to within 4.3 %. Null if nothing was measured. */
type Percentiles = Record<'p50' | 'p95' | 'p99', number | null>;

/** Incidents and maintenance are shown for this long. */
export const SHOWN_MS = 30 * 86_400_000;
const SUCCESS_KEY = countedKey({ sli: { kind: 'success' }, countsInSlo: false });

/** The report on all requests, or on those of a tenant or a feature if one is named. `now` is by the book's clock. */
export function reportOf(
  book: Book,
  slo: Slo,
  narrowing: Narrowing,
  now: number,
  incidents: readonly Incident[] = [],
): SloReport {
  const { service, contact, maintenance } = slo;
  const dependencies = dependenciesAt(book, slo, now);
  const concerns = (one: { feature: string | null; tenant?: string | null }): boolean =>
    isWithin(narrowing.feature, one.feature) && isWithin(narrowing.tenant, one.tenant ?? null);
  return {
    ...{ service, contact, at: now },
    objectives: slo.objectives.filter(concerns).map((one) => ({
      ...evaluate(one, book, slo, now, narrowing),
      ...dependencies(one),
      days: lastDays(one, book, slo, narrowing, now),
    })),
    averages: slo.averages.filter(concerns).map((one) => averageOf(one, book, now, narrowing)),
    incidents: incidents.filter(concerns),
    maintenance: maintenance.windows.filter(({ to }) => to > now - SHOWN_MS),
    lost: book.losses.until(now),
    dropped: book.losses.dropped(now),
    ...(narrowing.feature !== undefined && { percentiles: percentilesOf(book, narrowing, now) }),
  };
}

const isWithin = (asked: string | undefined, own: string | null): boolean =>
  asked === undefined || own === null || own === asked;

function averageOf(average: AverageObjective, book: ReadBook, now: number, narrowing: Narrowing): AverageReport {
  const { name, averageMicroUsd } = average;
  const feature = narrowing.feature ?? average.feature;
  const windowMs = narrowing.windowMs ?? average.windowMs;
  const series = book.seriesOf(narrowing.tenant ?? null, feature);
  const counts = series?.window(SUCCESS_KEY, windowMs, now);
  const total = (counts?.good ?? 0) + (counts?.bad ?? 0);
  const microUsd = total > 0 && series !== undefined ? series.cost(windowMs, now) / total : null;
  return {
    ...{ name, feature, averageUsd: averageMicroUsd / 1e6, window: durationText(windowMs) },
    valueUsd: microUsd === null ? null : Math.round(microUsd) / 1e6,
    state: microUsd === null ? 'no_data' : microUsd > averageMicroUsd ? 'exceeded' : 'healthy',
    total: Math.round(total),
    days: lastDaysOfAverage(
      average,
      (from, to) => ({
        microUsd: series?.costOfDays(from, to) ?? 0,
        total: series === undefined ? 0 : totalOf(series.day(SUCCESS_KEY, from)),
      }),
      now,
    ),
  };
}

/** Percentiles over the last 30 days if no window is named. */
function percentilesOf(book: ReadBook, { tenant, feature, windowMs = SHOWN_MS }: Narrowing, now: number) {
  const series = book.seriesOf(tenant ?? null, feature ?? null);
  const of = (measure: 'ttft' | 'total'): Percentiles => {
    const found = series?.percentiles(measure, [0.5, 0.95, 0.99], windowMs, now) ?? [];
    const [p50 = null, p95 = null, p99 = null] = found.map((ms) => Math.round(ms * 10) / 10);
    return { p50, p95, p99 };
  };
  return { ttftMs: of('ttft'), totalMs: of('total') };
}
