/** The watch: which conditions hold, and what to send about them. A pure step from one minute to the next. */
import { endOfMonth } from '../../ledger/time.ts';
import { tenantsOf } from './affected.ts';
import { burnConditions, hasBadRequests } from './burn-conditions.ts';
import type { WatchInput } from './condition.ts';
import { costConditions, spendConditions } from './cost-conditions.ts';
import { rateConditions } from './rate-conditions.ts';
import { shareConditions } from './share-conditions.ts';
import { watchStep } from './step.ts';
import { startOfNext } from './threshold.ts';
import { silenceDueAt, trafficConditions } from './traffic-conditions.ts';
import type { FiringAlert, WatchState, WatchStep } from './watch-state.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];
/** The longest of the short windows of burn alerts. A bad request within it may still cause an alert. */
const SHORT_WINDOW_MS = 6 * HOUR_MS;

/** One look at everything that is watched; `now`: epoch milliseconds of the book's clock. */
export function watch(before: WatchState, watched: WatchInput, now: number): WatchStep {
  const tenants = tenantsOf(watched.book);
  const conditions = [
    ...burnConditions(watched, now),
    ...shareConditions(watched, tenants, now),
    ...costConditions(watched, tenants, now),
    ...spendConditions(watched, before, now),
    ...rateConditions(watched, now),
    ...trafficConditions(watched, before, now),
  ];
  const { state, notices } = watchStep(before, conditions, watched.slo, now);
  return { state, notices, nextLookAt: nextLookAt(state, watched, now) };
}

/**
 * The next look is due a minute later while requests come, or while something may change by time alone. Otherwise it is due when
 * silence becomes odd, or when a month ends.
 */
function nextLookAt({ pending, firing }: WatchState, watched: WatchInput, now: number): number | null {
  const lastAt = watched.book.seriesOf(null, null)?.lastAt ?? Number.NEGATIVE_INFINITY;
  const changesByTime = Object.keys(pending).length > 0 || Object.values(firing).some(canEndByTime);
  const isRecent = lastAt > now - HOUR_MS || (lastAt > now - SHORT_WINDOW_MS && changesByTime);
  if (isRecent || hasBadRequests(watched, SHORT_WINDOW_MS, now)) return startOfNext(now, MINUTE_MS);
  const told = Object.keys(firing).length > 0;
  const due = [
    changesByTime ? startOfNext(now, 10 * MINUTE_MS) : undefined,
    told ? endOfMonth(now) : undefined,
    silenceDueAt(watched, now),
  ].filter((at) => at !== undefined);
  return due.length === 0 ? null : Math.min(...due);
}

/** False for alerts that only a request, or the end of the month, can end. */
const canEndByTime = ({ type, name }: FiringAlert): boolean =>
  type !== 'slo.no_data' && !name.startsWith('threshold/spend');
