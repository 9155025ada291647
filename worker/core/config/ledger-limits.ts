import type { Limits } from '../ledger/types.ts';
import type { LimitsInput } from './limits-schema.ts';

/** Limits as the ledger counts them, with money in whole micro-USD. Null stays null, and what is left out stays out. */
export function ledgerLimits(input: { [Field in keyof LimitsInput]: LimitsInput[Field] | null }): Partial<Limits> {
  const { monthlyUsd, dailyUsd, ...rest } = input;
  const known = Object.entries(rest).filter(([, value]) => value !== undefined);
  return {
    ...(monthlyUsd !== undefined && { monthlyMicroUsd: microUsd(monthlyUsd) }),
    ...(dailyUsd !== undefined && { dailyMicroUsd: microUsd(dailyUsd) }),
    ...(Object.fromEntries(known) as Partial<Limits>),
  };
}

const microUsd = (usd: number | null): number | null => (usd === null ? null : Math.round(usd * 1e6));
