/** The triggers of rules: how config writes them, and whether they hold. */
import { ok, type Result, refused } from '../../../../protocol/result.ts';
import { burnRateOf, totalOf } from '../tally.ts';
import { factorText, lengthText, percentText, promiseText } from '../watch/words.ts';
import { BURN_WINDOWS, type BurnWindow } from '../windows.ts';
import type { PolicyTrigger } from './policy.ts';
import type { Standing } from './standing.ts';

const WINDOWS = Object.keys(BURN_WINDOWS) as BurnWindow[];
const FORMS = `write "burn>2x/1h" (over ${WINDOWS.join(', ')}), "month>50%@15" or "budget<20%"`;
const NUMBER = '(\\d{1,6}(?:\\.\\d{1,3})?)';
const BURN = new RegExp(`^burn>${NUMBER}x/(\\w+)$`);
const MONTH = new RegExp(`^month>${NUMBER}%@(\\d{1,2})$`);
const BUDGET = new RegExp(`^budget<${NUMBER}%$`);

/** Reads a trigger as config writes it. The error says what would be right. */
export function parseTrigger(text: string): Result<PolicyTrigger, string> {
  const [, rate, window] = BURN.exec(text) ?? [];
  if (rate !== undefined && window !== undefined) {
    if (!isWindow(window))
      return refused(`"${window}" is not a window of burn rates; write one of ${WINDOWS.join(', ')}`);
    if (Number(rate) < 1) return refused(`a budget that burns ${rate} times too fast lasts; write 1 or more`);
    return ok({ kind: 'burn', above: Number(rate), windowMs: BURN_WINDOWS[window] });
  }
  const [, above, day] = MONTH.exec(text) ?? [];
  if (above !== undefined && day !== undefined) {
    if (Number(day) < 1 || Number(day) > 31) return refused(`"@${day}" is not a day of the month; write 1 to 31`);
    return ok({ kind: 'month', abovePercent: Number(above), byDay: Number(day) });
  }
  const [, below] = BUDGET.exec(text) ?? [];
  if (below === undefined) return refused(`"${text.slice(0, 50)}" is not a trigger; ${FORMS}`);
  if (Number(below) > 100) return refused(`less than ${below} % of a budget is always left; write up to 100`);
  return ok({ kind: 'budget', belowPercent: Number(below) });
}

const isWindow = (name: string): name is BurnWindow => Object.hasOwn(BURN_WINDOWS, name);

/** A trigger as config writes it. */
export function triggerText(trigger: PolicyTrigger): string {
  switch (trigger.kind) {
    case 'burn':
      return `burn>${trigger.above}x/${windowName(trigger.windowMs)}`;
    case 'month':
      return `month>${trigger.abovePercent}%@${trigger.byDay}`;
    case 'budget':
      return `budget<${trigger.belowPercent}%`;
  }
}

const windowName = (windowMs: number): BurnWindow => WINDOWS.find((name) => BURN_WINDOWS[name] === windowMs) ?? '1h';

/**
 * For each window, the short window in which the budget must burn too, so that nothing is done about a burn that is over. It is at
 * least a twelfth as long.
 */
const SHORT: Readonly<Record<BurnWindow, BurnWindow>> = {
  ...{ '5m': '5m', '30m': '5m', '1h': '5m', '2h': '30m', '6h': '30m', '1d': '2h', '3d': '6h' },
};

/** The length of the short window that belongs to a window. */
export const shortWindowMs = (windowMs: number): number => BURN_WINDOWS[SHORT[windowName(windowMs)]];

/** Why a trigger holds for an objective, as a sentence. Undefined if it does not hold, or if fewer than `minErrors` requests were bad. */
export function whyTriggered(
  trigger: PolicyTrigger,
  standing: Standing,
  minErrors: number,
  { isActive = false } = {},
): string | undefined {
  const { target, tenant } = standing.objective;
  const promise = promiseText(standing.objective, tenant);
  const over = (window: BurnWindow): number => burnRateOf(standing.over[window], target) ?? 0;
  switch (trigger.kind) {
    case 'burn': {
      const window = windowName(trigger.windowMs);
      const isFast = over(window) > trigger.above && over(SHORT[window]) > trigger.above;
      if (!isFast || standing.over[window].bad < minErrors) return undefined;
      const [factor, length] = [factorText(over(window)), lengthText(trigger.windowMs)];
      return `${promise} burns its error budget ${factor} times too fast over ${length}.`;
    }
    case 'month': {
      const { spentShare, day, counts, month } = standing.month;
      // A rule that has begun by its day holds while the share stays spent, until the month ends.
      if (!(isActive || day <= trigger.byDay) || counts.bad < minErrors || spentShare === null) return undefined;
      if (spentShare * 100 <= trigger.abovePercent) return undefined;
      return `${promise} has spent ${percentText(spentShare)} of its error budget of ${month} by day ${day}.`;
    }
    case 'budget': {
      const { counts } = standing.whole;
      const burn = burnRateOf(counts, target);
      const left = burn === null ? null : 1 - burn;
      if (counts.bad < minErrors || left === null || left * 100 >= trigger.belowPercent) return undefined;
      return `${promise} has ${left > 0 ? percentText(left) : 'nothing'} of its error budget left.`;
    }
  }
}

/** True if nothing burns: over the last half hour, fewer requests were bad than the budget allows. */
export const isCalm = ({ objective, over }: Standing): boolean =>
  totalOf(over['30m']) === 0 || (burnRateOf(over['30m'], objective.target) ?? Number.POSITIVE_INFINITY) < 1;
