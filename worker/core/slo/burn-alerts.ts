/** How fast an error budget may burn before an alert is sent (the SRE Workbook's multiwindow, multi-burn-rate alerts). */
import type { Objective } from './slo.ts';
import { BURN_WINDOWS, type BurnWindow } from './windows.ts';

/** One alert. Its condition holds while the burn rate is above `burnRate` in both windows. */
export interface BurnAlert {
  long: BurnWindow;
  short: BurnWindow;
  severity: 'page' | 'ticket';
  burnRate: number;
  /**
   * The rate that would use up the alert's share of the budget. It is above `burnRate` if the target is so low that the budget
   * could hardly burn that fast.
   */
  wantedBurnRate: number;
}

/**
 * Shares of the error budget: 2 % in an hour, 5 % in six hours, 10 % in a day, 10 % in three days. Over 30 days that gives burn
 * rates of 14.4, 6, 3 and 1.
 */
const SHARES = [
  { long: '1h', short: '5m', severity: 'page', budgetShare: 0.02 },
  { long: '6h', short: '30m', severity: 'page', budgetShare: 0.05 },
  { long: '1d', short: '2h', severity: 'ticket', budgetShare: 0.1 },
  { long: '3d', short: '6h', severity: 'ticket', budgetShare: 0.1 },
] as const;

/** An alert's rate is at most this share of the fastest possible burn rate, at which every request is bad. */
const MOST_OF_FASTEST = 0.8;

/** The share of requests that may be bad under a target of `percent`. It is rounded, because 100 - 99.9 is not exact. */
export const errorBudget = (percent: number): number => Math.round((100 - percent) * 1e6) / 1e8;

/** The fastest rate at which a budget can burn. It is infinite if the target leaves no budget. */
export const fastestBurn = ({ target }: Pick<Objective, 'target'>): number => 1 / errorBudget(target);

/**
 * The alerts of an objective. Their rates are never below 1, which uses the budget up exactly, and never so high that the alerts
 * cannot fire. An objective without a budget has no alerts.
 */
export function burnAlerts(objective: Pick<Objective, 'target' | 'windowMs'>): BurnAlert[] {
  if (objective.target >= 100) return [];
  return SHARES.filter(({ long }) => BURN_WINDOWS[long] <= objective.windowMs).map(({ budgetShare, ...alert }) => {
    const wantedBurnRate = Math.max(1, (budgetShare * objective.windowMs) / BURN_WINDOWS[alert.long]);
    const burnRate = Math.max(1, Math.min(wantedBurnRate, MOST_OF_FASTEST * fastestBurn(objective)));
    return { ...alert, burnRate, wantedBurnRate };
  });
}
