/** The counts that a policy decides by: good and bad requests of an objective, and the attempts behind them. */
import { monthOf, startOfMonth } from '../../ledger/time.ts';
import type { Book } from '../book/book.ts';
import { deploymentSeries } from '../book/series-names.ts';
import { countedKey } from '../sli-outcome.ts';
import type { Objective, Slo } from '../slo.ts';
import { burnRateOf, type ReadSpan, tallyOf } from '../tally.ts';
import { BURN_WINDOWS, type BurnWindow } from '../windows.ts';

/** Counts of requests, or of attempts. */
export interface Counts {
  good: number;
  bad: number;
}

/** How an objective stands. */
export interface Standing {
  objective: Objective;
  over: Readonly<Record<BurnWindow, Counts>>;
  /** Over the objective's own window. */
  whole: { counts: Counts };
  /** The UTC month so far. `spentShare` is the share of the whole month's budget that is spent, if traffic stays as it was. */
  month: { month: string; day: number; counts: Counts; spentShare: number | null };
}

const DAY_MS = 86_400_000;
/** On a public page anyone may press a thumb, so policies count only the feedback of known raters. */
const VOUCHED: Readonly<Record<string, string>> = { quality: 'quality:vouched' };

/** How an objective stands at `now`, epoch milliseconds of the book's clock. */
export function standingOf(objective: Objective, book: Pick<Book, 'seriesOf'>, slo: Slo, now: number): Standing {
  const { tenant, feature, target, windowMs } = objective;
  const counts = (read: ReadSpan): Counts =>
    tallyOf(objective, book, slo, { tenant, feature }, (series, key) => read(series, VOUCHED[key] ?? key));
  const over = (ms: number): Counts => counts((series, key) => series.window(key, ms, now));
  const month = monthOf(now);
  const [from, end] = [startOfMonth(month, 0), startOfMonth(month, 1)];
  const ofMonth = counts((series, key) => series.days(key, from, end));
  const burn = burnRateOf(ofMonth, target);
  return {
    objective,
    over: Object.fromEntries(
      Object.entries(BURN_WINDOWS).map(([name, ms]) => [name, over(ms)]),
    ) as unknown as Standing['over'],
    whole: { counts: over(windowMs) },
    month: {
      ...{ month, counts: ofMonth, day: Math.floor((now - from) / DAY_MS) + 1 },
      spentShare: burn === null ? null : (burn * (now - from)) / (end - from),
    },
  };
}

/** The attempts of a deployment, as an objective counts them. */
export function attemptsOf(
  deployment: string,
  objective: Objective,
  book: Pick<Book, 'series'>,
  windowMs: number,
  now: number,
): Counts {
  return book.series(deploymentSeries(deployment))?.window(countedKey(objective), windowMs, now) ?? { good: 0, bad: 0 };
}
