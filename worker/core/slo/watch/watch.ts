/** What is watched, what of it holds, and what there is to tell of it. A pure step from one minute to the next. */
import { burnConditions } from './burn-conditions.ts';
import type { Watched } from './condition.ts';
import { stepOf } from './step.ts';
import type { WatchState, WatchStep } from './watch-state.ts';

export { type FiringAlert, NOTHING_WATCHED, type WatchState, type WatchStep } from './watch-state.ts';

const [MINUTE_MS, HOUR_MS] = [60_000, 3_600_000];

/** One look at everything that is watched; `now`: epoch milliseconds of the book's clock. */
export function watch(before: WatchState, watched: Watched, now: number): WatchStep {
  const conditions = burnConditions(watched, now);
  const { state, notices } = stepOf(before, conditions, now);
  return { state, notices, nextLookAt: nextLookAt(state, watched, now) };
}

function nextLookAt({ pending, firing }: WatchState, { book }: Watched, now: number): number | null {
  const isChanging = Object.keys(pending).length > 0 || Object.keys(firing).length > 0;
  const lastAt = book.seriesOf(null, null)?.lastAt ?? Number.NEGATIVE_INFINITY;
  return isChanging || lastAt > now - HOUR_MS ? now + MINUTE_MS : null;
}
