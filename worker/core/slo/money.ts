/** What a tenant has spent in a month, against its budget. */
import type { ScopeView } from '../ledger/book/view.ts';
import { endOfMonth, monthOf, startOfMonth } from '../ledger/time.ts';
import type { Spending } from './book/spending.ts';
import type { SpentMonth } from './book/spent-month.ts';
import type { MoneyReport } from './history.ts';

/** The book's part of a money report. */
export type SpentInMonth = Pick<MoneyReport, 'at' | 'tenant' | 'tenants' | 'month' | 'days' | 'failedUsd'> & {
  where: (MoneyReport['where'][number] & { requests: number })[];
};

/**
 * The part of a money report that comes from the ledger and from config. `spentMicroUsd` is null if the ledger no longer keeps
 * that month.
 */
export interface Budget {
  spentMicroUsd: number | null;
  capMicroUsd: number | null;
  /** In percent, in rising order. */
  thresholds: readonly number[];
  /** In percent. There is no safeguard if it is 100 or more. */
  safeguardAt: number;
}

const DAY_MS = 86_400_000;
/** A month's pace means nothing until the month has run for this long. */
const SHORTEST_PACE_MS = DAY_MS;

/** What a tenant spent, by the records of its requests. Without `tenant`, the tenant whose requests cost the most. */
export function spentInMonth(spending: Spending, tenant: string | undefined, month: string, at: number): SpentInMonth {
  const tenants = spending
    .tenants(month)
    .filter((name) => name !== '')
    .toSorted(
      (one, other) => monthCostMicroUsd(spending.of(other, month)) - monthCostMicroUsd(spending.of(one, month)),
    );
  const name = tenant ?? tenants[0] ?? '';
  const spent = spending.of(name, month);
  const from = startOfMonth(month, 0);
  const days = Math.max(0, Math.min(Math.floor(at / DAY_MS) + 1, startOfMonth(month, 1) / DAY_MS) - from / DAY_MS);
  return {
    ...{ at, tenant: name, month, tenants },
    days: Array.from({ length: days }, (_, index) => {
      const { requests = 0, microUsd = 0 } = spent?.days[index] ?? {};
      const day = new Date(from + index * DAY_MS).toISOString().slice(0, 10);
      return { day, costUsd: microUsd / 1e6, requests };
    }),
    where: [...(spent?.where.entries() ?? [])]
      .map(([[feature = '', model = ''], { requests, microUsd }]) => ({
        ...{ feature, model: model === '' ? null : model, requests, costUsd: microUsd / 1e6 },
      }))
      .toSorted((one, other) => other.costUsd - one.costUsd || other.requests - one.requests),
    failedUsd: (spent?.failedMicroUsd ?? 0) / 1e6,
  };
}

/** The cost of a whole month, in micro-USD. */
export const monthCostMicroUsd = (spent: SpentMonth | undefined): number =>
  spent?.days.reduce((sum, { microUsd }) => sum + microUsd, 0) ?? 0;

/** Where a month's money went, by the feature scopes of the tenant's ledger. The ledger does not know models and numbers of requests. */
export const ledgerMonthByFeature = (scopes: readonly ScopeView[], month: string): MoneyReport['where'] =>
  scopes
    .filter(({ scope, period, spentMicroUsd }) => scope.startsWith('feature:') && period === month && spentMicroUsd > 0)
    .map(({ scope, spentMicroUsd }) => ({
      ...{ feature: scope.slice('feature:'.length), model: 'unknown', requests: null, costUsd: spentMicroUsd / 1e6 },
    }))
    .toSorted((one, other) => other.costUsd - one.costUsd);

/** The whole report. The amount spent is the ledger's figure while the ledger has one, because budgets are enforced by that figure. */
export function moneyReport(
  spent: Omit<SpentInMonth, 'where'> & Pick<MoneyReport, 'where' | 'isAmongOthers'>,
  budget: Budget,
): MoneyReport {
  const { at, month, days } = spent;
  const counted = days.reduce((sum, { costUsd }) => sum + costUsd, 0);
  const spentUsd = wholeMicroUsd(budget.spentMicroUsd === null ? counted : budget.spentMicroUsd / 1e6);
  const capUsd = budget.capMicroUsd === null ? null : budget.capMicroUsd / 1e6;
  return {
    ...spent,
    ...{ spentUsd, capUsd, projectedUsd: projected(spentUsd, month, at) },
    ladder: capUsd === null ? [] : ladderOf(capUsd, budget, spent),
  };
}

function projected(spentUsd: number, month: string, at: number): number | null {
  const from = startOfMonth(month, 0);
  if (month !== monthOf(at) || at - from < SHORTEST_PACE_MS) return null;
  return wholeMicroUsd((spentUsd * (endOfMonth(at) - from)) / (at - from));
}

/** `reachedAt` is computed from the pace of the day on which the threshold was reached, so only the day is exact. */
function ladderOf(
  capUsd: number,
  { thresholds, safeguardAt }: Budget,
  { days, at }: Pick<SpentInMonth, 'days' | 'at'>,
) {
  const isSafeguard = (percent: number): boolean => percent === safeguardAt;
  const all = new Set(safeguardAt < 100 ? [...thresholds, safeguardAt] : thresholds);
  return [...all]
    .toSorted((one, other) => one - other)
    .map((percent) => {
      const usd = (capUsd * percent) / 100;
      return { percent, usd, isSafeguard: isSafeguard(percent), reachedAt: reachedAt(usd, days, at) };
    });
}

function reachedAt(usd: number, days: MoneyReport['days'], now: number): number | null {
  let sum = 0;
  for (const { day, costUsd } of days) {
    const from = Date.parse(day);
    const lengthMs = Math.min(DAY_MS, Math.max(1, now - from));
    if (costUsd > 0 && sum + costUsd >= usd) return Math.round(from + (Math.max(0, usd - sum) / costUsd) * lengthMs);
    sum += costUsd;
  }
  return null;
}

/** Rounds to whole micro-USD, without the noise of binary fractions. */
const wholeMicroUsd = (usd: number): number => Math.round(usd * 1e6) / 1e6;
