/** A drill: a client key that lives for a while, and may spend so much (docs/decisions/0037-faults-on-purpose.md). */
import { endOfMonth } from '../ledger/time.ts';
import type { Limits } from '../ledger/types.ts';

/** Whose keys they are: users of their own, and a ledger of their own. */
export const DRILL_TENANT = 'drill';

/** As the `Operators` object notes it; the key itself is stored nowhere. */
export interface DrillRecord {
  id: string;
  /** Of its client key. */
  keyId: string;
  /** Null: its key may use all. */
  feature: string | null;
  maxCostUsd: number;
  startedAt: number;
  until: number;
  /** The admin key's name, or `root`. */
  who: string;
}

export const LONGEST_DRILL_MINUTES = 1_440;
export const DEAREST_DRILL_USD = 1_000;

/**
 * The ledger counts by day and by month, and a drill may run past midnight: the month's cap holds over that. Where a month ends
 * with that day, each side of midnight has half.
 */
export function drillCaps({
  maxCostUsd,
  startedAt,
  until,
}: Pick<DrillRecord, 'maxCostUsd' | 'startedAt' | 'until'>): Partial<Limits> {
  const microUsd = maxCostUsd * 1e6;
  const cap = Math.floor(until > endOfMonth(startedAt) ? microUsd / 2 : microUsd);
  return { dailyMicroUsd: cap, monthlyMicroUsd: cap };
}
