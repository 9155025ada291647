/** How an objective went over a window, cell by cell. */
import type { Book } from './book/book.ts';
import type { Loss } from './book/losses.ts';
import type { Tally } from './book/series.ts';
import type { Narrowing } from './evaluate.ts';
import type { HistoryMark, HistoryPoint, ObjectiveHistory } from './history.ts';
import type { Incident } from './incident.ts';
import type { Objective, Slo } from './slo.ts';
import { burnRateOf, inWholeRequests, ratioOf, talliesOf } from './tally.ts';

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1_000, 60_000, 3_600_000, 86_400_000];
/**
 * Cell widths, by the longest window that each serves. The book still has cells of that width for all of the window, and a plot
 * can show them all.
 */
const CELLS = [
  { mostMs: 10 * MINUTE_MS, widthMs: 5 * SECOND_MS },
  { mostMs: HOUR_MS, widthMs: 30 * SECOND_MS },
  { mostMs: 6 * HOUR_MS, widthMs: 2 * MINUTE_MS },
  { mostMs: 3 * DAY_MS, widthMs: 20 * MINUTE_MS },
  { mostMs: 14 * DAY_MS, widthMs: 2 * HOUR_MS },
  { mostMs: 30 * DAY_MS, widthMs: 4 * HOUR_MS },
];
const WIDEST_MS = 12 * HOUR_MS;

const widthOf = (windowMs: number): number => CELLS.find(({ mostMs }) => windowMs <= mostMs)?.widthMs ?? WIDEST_MS;

/** The history of the window that ends now. Its last cell is still running. */
export function objectiveHistory(
  objective: Objective,
  book: Book,
  slo: Slo,
  narrowing: Narrowing,
  incidents: readonly Incident[],
  now: number,
): ObjectiveHistory {
  const tenant = narrowing.tenant ?? objective.tenant;
  const tallies = talliesOf(objective, book, slo, narrowing);
  const windowMs = narrowing.windowMs ?? objective.windowMs;
  const widthMs = widthOf(windowMs);
  const end = (Math.floor(now / widthMs) + 1) * widthMs;
  const from = end - Math.ceil(windowMs / widthMs) * widthMs;
  const points: HistoryPoint[] = [];
  for (let at = from; at < end; at += widthMs) {
    const to = at + widthMs;
    const counts = tallies((series, key) => series.between(key, at, to));
    const whole = tallies((series, key) =>
      to > now ? series.window(key, objective.windowMs, now) : series.between(key, to - objective.windowMs, to),
    );
    points.push({
      at,
      ...inWholeRequests(counts),
      value: ratioOf(counts),
      budgetRemaining: remainingOf(whole, objective),
    });
  }
  const marks = [...marksOf(objective, slo, tenant, incidents), ...book.losses.until(now).map(lossMark)].filter(
    (mark) => mark.from < now && (mark.to === null || mark.to > from),
  );
  return { objective: objective.name, tenant, from, to: now, widthMs, points, marks };
}

function remainingOf(whole: Tally, { target }: Objective): number | null {
  const burn = burnRateOf(whole, target);
  return burn === null ? null : 1 - burn;
}

/** The incidents of this objective or of no objective in particular, and all maintenance windows. */
function marksOf(
  { name, feature }: Objective,
  { maintenance }: Slo,
  tenant: string | null,
  incidents: readonly Incident[],
): HistoryMark[] {
  const isAbout = (one: Incident): boolean =>
    (one.objective === null || one.objective === name) &&
    (one.feature === null || feature === null || one.feature === feature) &&
    (one.tenant === null || one.tenant === tenant);
  return [
    ...incidents.filter(isAbout).map(
      ({ openedAt, closedAt, title }): HistoryMark => ({
        kind: 'incident',
        from: openedAt,
        to: closedAt,
        text: title,
      }),
    ),
    ...maintenance.windows.map(
      ({ from, to, reason }): HistoryMark => ({ kind: 'maintenance', from, to, text: reason }),
    ),
  ];
}

const lossMark = ({ from, to, openRequests }: Loss): HistoryMark => ({
  ...{ kind: 'lost', from, to },
  text: `An isolate ended with ${openRequests} ${openRequests === 1 ? 'request' : 'requests'} under way; records that it had not sent yet are not counted.`,
});
