/** What was counted for an objective over some time, and how fast that burns its error budget. */
import type { Book } from './book/book.ts';
import type { Series, Tally } from './book/series.ts';
import { type BurnAlert, burnAlerts, errorBudget } from './burn-alerts.ts';
import { countedKey, isPerRequest } from './sli-outcome.ts';
import type { Objective, Slo } from './slo.ts';
import type { BurnWindow } from './windows.ts';

/** The part of a book that is read here. */
export type ReadBook = Pick<Book, 'seriesOf'>;
/** Reads one time span of a series. */
export type ReadSpan = (series: Series, key: string) => Tally;

/** Whose requests are counted. Null for all tenants, or for all features. */
interface Whose {
  tenant: string | null;
  feature: string | null;
}

const NOTHING: Tally = { good: 0, bad: 0, excluded: {} };

/** The number of good and bad requests. */
export const totalOf = ({ good, bad }: Pick<Tally, 'good' | 'bad'>): number => good + bad;

/** Rounds to whole requests. Counts may be fractions if a window begins inside a cell, or if a dependency takes a share. */
export function inWholeRequests(tally: Pick<Tally, 'good' | 'bad'>): { good: number; total: number } {
  const total = Math.round(totalOf(tally));
  return { good: total - Math.round(tally.bad), total };
}

/** The share of good requests; null if there are none. */
export const ratioOf = (tally: Pick<Tally, 'good' | 'bad'>): number | null =>
  totalOf(tally) > 0 ? tally.good / totalOf(tally) : null;

/** An objective's tally over the time that a reading reads. */
export type Tallies = (read: ReadSpan) => Tally;

/** The tallies of an objective, or of a tenant's or a feature's part of it. */
export function talliesOf(
  objective: Objective,
  book: ReadBook,
  slo: Slo,
  { tenant, feature }: { tenant?: string | undefined; feature?: string | undefined },
): Tallies {
  const whose = { tenant: tenant ?? objective.tenant, feature: feature ?? objective.feature };
  return (read) => tallyOf(objective, book, slo, whose, read);
}

/** The objective's own tally, less the bad share of each dependency that counts against its error budget. */
export function tallyOf(objective: Objective, book: ReadBook, slo: Slo, whose: Whose, read: ReadSpan): Tally {
  const own = ownTally(objective, book, slo, whose, read);
  const total = totalOf(own);
  if (total === 0 || slo.dependencies.length === 0) return own;
  // A dependency fails for everyone, so the requests of its own promise are counted, whichever tenant is looked at here.
  const shares = consumedBy(objective, slo).map((one) => ratioOf(ownTally(one, book, slo, one, read)) ?? 1);
  const good = shares.reduce((rest, share) => rest * share, own.good);
  return { good, bad: total - good, excluded: own.excluded };
}

function consumedBy({ name }: Objective, { dependencies, objectives }: Slo): Objective[] {
  const names = dependencies.flatMap(({ objective, touches, consumes }) =>
    consumes && touches.includes(name) ? [objective] : [],
  );
  return objectives.filter((one) => names.includes(one.name));
}

/**
 * The objective's counts before dependencies take their share. A composite counts the requests that were good for all of its parts
 * that every request counts for, and multiplies them by the ratios of its other parts.
 */
function ownTally(objective: Objective, book: ReadBook, slo: Slo, whose: Whose, read: ReadSpan): Tally {
  const counts = (part: Objective): Tally => countsOf(part, book, whose, read);
  const own = counts(objective);
  if (objective.of.length === 0) return own;
  const others = slo.objectives
    .filter(({ name, sli }) => objective.of.includes(name) && !isPerRequest(sli))
    .map(counts);
  if (others.length === 0) return own;
  const all = [own, ...others].filter((one) => totalOf(one) > 0);
  const total = totalOf(all[0] ?? NOTHING);
  const good = all.reduce((rest, one) => (rest * one.good) / totalOf(one), total);
  return { good, bad: total - good, excluded: own.excluded };
}

/**
 * The counts of one part. Figures that are reported under a name are about a service beside the router, which may serve all
 * features. So the part's own feature counts for them.
 */
function countsOf(part: Objective, book: ReadBook, { tenant, feature }: Whose, read: ReadSpan): Tally {
  const series = book.seriesOf(tenant, part.sli.kind === 'external' ? part.feature : feature);
  return series === undefined ? NOTHING : read(series, countedKey(part));
}

/**
 * How many times too fast these counts burn the budget of a target, which is in percent. Null if there were no requests, or if any
 * was bad although the target leaves no budget.
 */
export function burnRateOf(tally: Pick<Tally, 'good' | 'bad'>, target: number): number | null {
  const total = totalOf(tally);
  if (total === 0 || (target === 100 && tally.bad > 0)) return null;
  return tally.bad === 0 ? 0 : tally.bad / total / errorBudget(target);
}

/** A burn alert whose condition holds, and the burn rate of its long window. */
export interface BurningAlert {
  alert: BurnAlert;
  burnRate: number;
}

/** The alerts of an objective whose conditions hold, the fastest burn first. Fewer than `minErrors` bad requests never page. */
export function burningAlerts(
  objective: Pick<Objective, 'target' | 'windowMs'>,
  minErrors: number,
  over: (window: BurnWindow) => Pick<Tally, 'good' | 'bad'>,
): BurningAlert[] {
  const rate = (window: BurnWindow): number => burnRateOf(over(window), objective.target) ?? 0;
  return burnAlerts(objective).flatMap((alert) => {
    const burnRate = rate(alert.long);
    const isFast = burnRate > alert.burnRate && rate(alert.short) > alert.burnRate;
    const isEnough = alert.severity !== 'page' || over(alert.long).bad >= minErrors;
    return isFast && isEnough ? [{ alert, burnRate }] : [];
  });
}
