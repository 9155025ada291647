/** How each of the last days went: one state per day. */
import type { Tally } from './book/series.ts';
import { errorBudget } from './burn-alerts.ts';
import type { Narrowing } from './evaluate.ts';
import type { DayState } from './history.ts';
import type { AverageObjective, Objective, Slo } from './slo.ts';
import { type ReadBook, type Tallies, talliesOf, totalOf } from './tally.ts';

/** How many days a report looks back, today included. */
export const SHOWN_DAYS = 90;

const DAY_MS = 86_400_000;
/** The tolerance in comparisons, because shares of large numbers are not exact. */
const SLACK = 1e-9;
const NO_REQUESTS = { good: 0, bad: 0 };

/** Compares a day with the promise. `allowedADay` is a day's share of the window's error budget, in requests. */
export function dayState(
  counts: Pick<Tally, 'good' | 'bad'>,
  { target, promised }: Pick<Objective, 'target' | 'promised'>,
  allowedADay: number,
  minErrors: number,
): DayState {
  const { bad } = counts;
  const total = totalOf(counts);
  if (total <= 0) return 'no_data';
  if (bad > total * errorBudget(promised) + SLACK) return 'broken';
  if (bad > total * errorBudget(target) + SLACK) return 'strained';
  return bad >= minErrors && bad > allowedADay + SLACK ? 'strained' : 'kept';
}

/**
 * The states of the UTC days between `from` and `to`, oldest first; `to` is excluded. The days of a window that have requests
 * share its budget equally.
 */
export function daysOf(
  objective: Objective,
  tallies: Tallies,
  slo: Pick<Slo, 'minErrors'>,
  from: number,
  to: number,
): DayState[] {
  const inWindow = Math.max(1, Math.round(objective.windowMs / DAY_MS));
  const firstRead = from - (inWindow - 1) * DAY_MS;
  const counts = Array.from({ length: Math.max(0, Math.ceil((to - firstRead) / DAY_MS)) }, (_, index) =>
    tallies((series, key) => series.day(key, firstRead + index * DAY_MS)),
  );
  const share = errorBudget(objective.target);
  let [inside, busyDays] = [0, 0];
  const states = counts.map((day, index) => {
    const [added, left] = [totalOf(day), totalOf(counts[index - inWindow] ?? NO_REQUESTS)];
    inside += added - left;
    busyDays += Number(added > 0) - Number(left > 0);
    return dayState(day, objective, (inside * share) / Math.max(1, busyDays), slo.minErrors);
  });
  return states.slice(inWindow - 1);
}

/** The last days of an objective, today included. */
export function lastDays(
  objective: Objective,
  book: ReadBook,
  slo: Slo,
  narrowing: Narrowing,
  now: number,
): DayState[] {
  const end = (Math.floor(now / DAY_MS) + 1) * DAY_MS;
  return daysOf(objective, talliesOf(objective, book, slo, narrowing), slo, end - SHOWN_DAYS * DAY_MS, end);
}

/** The last days of an average, today included. `read` returns what a day's requests cost, and how many of them are good or bad. */
export function lastDaysOfAverage(
  { averageMicroUsd }: AverageObjective,
  read: (from: number, to: number) => { microUsd: number; total: number },
  now: number,
): DayState[] {
  const today = Math.floor(now / DAY_MS) * DAY_MS;
  return Array.from({ length: SHOWN_DAYS }, (_, index) => {
    const from = today - (SHOWN_DAYS - 1 - index) * DAY_MS;
    const { microUsd, total } = read(from, from + DAY_MS);
    if (total <= 0) return 'no_data';
    return microUsd > averageMicroUsd * total ? 'broken' : 'kept';
  });
}
