/** How one objective stands: its budget, how fast the budget burns, and the resulting state. */
import { durationText } from '../config/duration.ts';
import { monthOf, startOfMonth } from '../ledger/time.ts';
import type { Tally } from './book/series.ts';
import { type BurnAlert, burnAlerts, errorBudget } from './burn-alerts.ts';
import type { ExcludedReason } from './rules.ts';
import { isPerRequest } from './sli-outcome.ts';
import type { Objective, Sli, Slo } from './slo.ts';
import {
  burningAlerts,
  burnRateOf,
  inWholeRequests,
  type ReadBook,
  ratioOf,
  type Tallies,
  talliesOf,
  totalOf,
} from './tally.ts';
import { BURN_WINDOWS, type BurnWindow } from './windows.ts';

/** An objective is `burning` while the condition of one of its burn alerts holds. */
export type SloState = 'healthy' | 'burning' | 'exhausted' | 'no_data';

/**
 * How one objective stands. Shares are from 0 to 1, and `target` and `promised` are percent. A figure is null if there is no data.
 */
export interface Evaluation {
  name: string;
  sli: Exclude<Sli['kind'], 'all'> | 'composite';
  feature: string | null;
  tenant: string | null;
  /** The promised duration of `ttft` or `latency`, as config writes it. */
  under: string | null;
  atMostUsd: number | null;
  of: readonly string[];
  target: number;
  promised: number;
  window: string;
  value: number | null;
  state: SloState;
  good: number;
  /** Good and bad requests together. */
  total: number;
  excluded: Partial<Record<ExcludedReason, number>>;
  /** The share of the budget that is left, below 0 when overspent. Null also if a request was bad although the target leaves no budget. */
  errorBudgetRemaining: number | null;
  budget: Budget;
  /** How many times too fast the budget burns; 1 uses it up exactly. */
  burnRates: Record<BurnWindow, number | null>;
  /** The burn rates at which alerts are sent. Public reports leave them out. */
  burnAlerts: readonly BurnAlert[];
  /** When the budget will be used up at the rate of the last hour, epoch milliseconds. Null if it lasts, or is used up already. */
  exhaustsAt: number | null;
  month: MonthSoFar;
}

/** The error budget, in requests. */
interface Budget {
  allowed: number;
  spent: number;
  remaining: number;
  /** For how many minutes every request could fail before the budget is used up, at the window's traffic. */
  outageMinutes: number;
}

/** The current calendar month, by UTC. */
interface MonthSoFar {
  month: string;
  value: number | null;
  /** Whether the promise has been kept so far. */
  kept: boolean | null;
  /** The share of the whole month's budget that is spent, if the rest of the month has the same traffic as so far. */
  budgetSpent: number | null;
  good: number;
  total: number;
  excluded: Partial<Record<ExcludedReason, number>>;
}

/** Narrows an evaluation to the requests of one tenant or feature, or to another window. */
export interface Narrowing {
  tenant?: string | undefined;
  feature?: string | undefined;
  windowMs?: number | undefined;
}

const MINUTE_MS = 60_000;

/** Evaluates an objective at `now`, epoch milliseconds of the book's clock. */
export function evaluate(
  objective: Objective,
  book: ReadBook,
  slo: Slo,
  now: number,
  narrowing: Narrowing,
): Evaluation {
  const { sli, name, of, target, promised } = objective;
  const tenant = narrowing.tenant ?? objective.tenant;
  const feature = narrowing.feature ?? objective.feature;
  const windowMs = narrowing.windowMs ?? objective.windowMs;
  const tally = talliesOf(objective, book, slo, narrowing);
  const over = (ms: number): Tally => tally((series, key) => series.window(key, ms, now));

  const whole = over(windowMs);
  const burns = new Map(Object.entries(BURN_WINDOWS).map(([window, ms]) => [window as BurnWindow, over(ms)]));
  const burnRates = Object.fromEntries(
    [...burns].map(([window, counts]) => [window, burnRateOf(counts, target)]),
  ) as Evaluation['burnRates'];
  const remaining = remainingShare(whole, target);
  const isSilent = totalOf(isReported(objective) ? whole : over(slo.noDataAfterMs)) === 0;
  return {
    ...{ name, tenant, feature, of, target, promised, window: durationText(windowMs) },
    sli: sli.kind === 'all' ? 'composite' : sli.kind,
    under: sli.kind === 'ttft' || sli.kind === 'latency' ? durationText(sli.underMs) : null,
    atMostUsd: sli.kind === 'cost' ? sli.atMostMicroUsd / 1e6 : null,
    value: ratioOf(whole),
    state: stateOf(),
    ...shownCounts(whole),
    errorBudgetRemaining: remaining,
    budget: budgetOf(whole, target, windowMs),
    burnRates,
    burnAlerts: burnAlerts(objective),
    exhaustsAt: exhaustion(burnRates['1h'], remaining, windowMs, now),
    month: monthSoFar(objective, tally, now),
  };

  function stateOf(): SloState {
    if (isSilent) return 'no_data';
    if (whole.bad > 0 && whole.bad >= totalOf(whole) * errorBudget(target)) return 'exhausted';
    const burning = burningAlerts(objective, slo.minErrors, (name) => burns.get(name) ?? over(BURN_WINDOWS[name]));
    return burning.length > 0 ? 'burning' : 'healthy';
  }
}

/** True for promises whose figures are reported only now and then. For them, some hours without figures mean nothing. */
const isReported = ({ sli, of }: Objective): boolean =>
  !isPerRequest(sli) || (sli.kind === 'all' && of.length > 0 && sli.of.length === 0);

function remainingShare(tally: Tally, target: number): number | null {
  const burn = burnRateOf(tally, target);
  return burn === null ? null : 1 - burn;
}

function budgetOf(tally: Tally, target: number, windowMs: number): Budget {
  const allowed = totalOf(tally) * errorBudget(target);
  const left = Math.max(0, remainingShare(tally, target) ?? (tally.bad > 0 ? 0 : 1));
  return {
    allowed: rounded(allowed),
    spent: rounded(tally.bad),
    remaining: rounded(allowed - tally.bad),
    outageMinutes: rounded((left * errorBudget(target) * windowMs) / MINUTE_MS),
  };
}

/** At a rate of 1 or less the budget lasts: what is spent comes back as the window moves on. */
function exhaustion(burnRate: number | null, remaining: number | null, windowMs: number, now: number): number | null {
  if (burnRate === null || burnRate <= 1 || remaining === null || remaining <= 0) return null;
  return Math.round(now + (remaining * windowMs) / burnRate);
}

function monthSoFar({ target, promised }: Objective, tally: Tallies, now: number): MonthSoFar {
  const month = monthOf(now);
  const [from, end] = [startOfMonth(month, 0), startOfMonth(month, 1)];
  const counts = tally((series, key) => series.days(key, from, end));
  const burn = burnRateOf(counts, target);
  return {
    month,
    value: ratioOf(counts),
    kept: totalOf(counts) === 0 ? null : counts.bad <= totalOf(counts) * errorBudget(promised) + 1e-9,
    budgetSpent: burn === null ? null : rounded((burn * (now - from)) / (end - from)),
    ...shownCounts(counts),
  };
}

function shownCounts(tally: Tally): Pick<Evaluation, 'good' | 'total' | 'excluded'> {
  const excluded = Object.entries(tally.excluded).map(([reason, count]) => [reason, Math.round(count)]);
  return { ...inWholeRequests(tally), excluded: Object.fromEntries(excluded) };
}

const rounded = (number: number): number => Math.round(number * 1e4) / 1e4;
