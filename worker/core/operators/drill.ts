/** A drill: a client key with an end and a spending cap (docs/decisions/0037-faults-on-purpose.md). */
import { endOfMonth } from '../ledger/time.ts';
import type { Limits } from '../ledger/types.ts';

/** The tenant of drill keys, with its own users and its own ledger. */
export const DRILL_TENANT = 'drill';

/** A drill as the `Operators` object stores it. The key itself is stored nowhere. */
export interface DrillRecord {
  id: string;
  /** The id of its client key. */
  keyId: string;
  /** Null for all features. */
  feature: string | null;
  maxCostUsd: number;
  startedAt: number;
  until: number;
  /** The admin key's name, or `root`. */
  who: string;
}

/** Describes a drill in a few words. A client may read them, so they name no operator. */
export const drillText = ({ feature }: DrillRecord): string => `Drill of ${feature ?? 'all features'}`;

/** The longest drill. */
export const LONGEST_DRILL_MINUTES = 1_440;
/** The largest spending cap of a drill. */
export const DEAREST_DRILL_USD = 1_000;

/**
 * The caps of a drill. The ledger counts by day and by month, and a drill may run past midnight, so the monthly cap holds over
 * both days. If the month ends at that midnight, each side gets half.
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
