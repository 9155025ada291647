/** How fast an error budget may burn before an alert is sent (the SRE Workbook's multiwindow, multi-burn-rate alerts). */
import type { Objective } from './slo.ts';
import { BURN_WINDOWS, type BurnWindow } from './windows.ts';

/** Holds while the burn rate is above `burnRate` in both windows. */
export interface BurnAlert {
  long: BurnWindow;
  short: BurnWindow;
  severity: 'page' | 'ticket';
  burnRate: number;
  /** The rate at which the share of the budget would be used up; above `burnRate` where the target makes such a rate impossible. */
  wantedBurnRate: number;
}

/** Shares of 30 days' budget: 2 % in an hour, 5 % in six, 10 % in a day, 10 % in three days. The burn rates are 14.4, 6, 3 and 1. */
const SHARES = [
  { long: '1h', short: '5m', severity: 'page', budgetShare: 0.02 },
  { long: '6h', short: '30m', severity: 'page', budgetShare: 0.05 },
  { long: '1d', short: '2h', severity: 'ticket', budgetShare: 0.1 },
  { long: '3d', short: '6h', severity: 'ticket', budgetShare: 0.1 },
] as const;

/** An alert's rate is at most this share of the fastest possible burn, at which everything is bad. */
const MOST_OF_FASTEST = 0.8;

/** The share of requests that may be bad. `percent`: a target. Rounded, because 100 - 99.9 is not exact. */
export const errorBudget = (percent: number): number => Math.round((100 - percent) * 1e6) / 1e8;

/** The fastest that a budget can burn; without a budget there is no such rate. */
export const fastestBurn = ({ target }: Pick<Objective, 'target'>): number => 1 / errorBudget(target);

/**
 * The alerts of an objective: never below 1, which uses the budget up exactly, and never so high that they cannot fire. One
 * without a budget has none.
 */
export function burnAlerts(objective: Pick<Objective, 'target' | 'windowMs'>): BurnAlert[] {
  if (objective.target >= 100) return [];
  return SHARES.filter(({ long }) => BURN_WINDOWS[long] <= objective.windowMs).map(({ budgetShare, ...alert }) => {
    const wantedBurnRate = Math.max(1, (budgetShare * objective.windowMs) / BURN_WINDOWS[alert.long]);
    const burnRate = Math.max(1, Math.min(wantedBurnRate, MOST_OF_FASTEST * fastestBurn(objective)));
    return { ...alert, burnRate, wantedBurnRate };
  });
}
