/**
 * Requests per second as GCRA (LEDGER "Rates"): one theoretical arrival time per scope. In whole microseconds, so that a
 * million requests add up exactly; the interval is rounded up, so that a rate is never exceeded.
 */
import type { Limits } from './types.ts';

export interface Rate {
  /** T: what one request takes of the bucket. */
  intervalUs: number;
  /** burst · T: the whole bucket. */
  toleranceUs: number;
  burst: number;
}

/** A month; longer intervals mean "never". */
const LONGEST_INTERVAL_US = 31 * 86_400 * 1e6;
const LARGEST_TOLERANCE_US = 2 ** 51;
/** Keeps floating-point dust of a rate such as 1/60 from adding a whole microsecond. */
const DUST_US = 1e-3;

/** Undefined where there is no limit, which a burst alone is not. Without a burst, a second's worth is one. */
export function rateOf({ rps, burst }: Pick<Limits, 'rps' | 'burst'>): Rate | undefined {
  if (rps === null) return undefined;
  const bucket = rps > 0 ? (burst ?? Math.max(1, Math.ceil(rps))) : 0;
  const intervalUs = Math.max(1, Math.min(Math.ceil(1e6 / rps - DUST_US), LONGEST_INTERVAL_US));
  return { intervalUs, toleranceUs: Math.min(bucket * intervalUs, LARGEST_TOLERANCE_US), burst: bucket };
}

export interface Arrivals {
  requests: number;
  now: number;
  admitForMs: number;
}

/**
 * `tat` after the arrivals. One request counts as if it started now; a slice as if all came at the end of its admitting,
 * since its holder may wait so long. *Without:* the bucket drains meanwhile, and somebody else is granted the same again.
 */
export function tatAfter(tatUs: number, { requests, now, admitForMs }: Arrivals, { intervalUs }: Rate): number {
  if (requests === 0) return tatUs;
  const startsAt = requests === 1 ? now : now + admitForMs;
  return Math.max(tatUs, startsAt * 1_000) + requests * intervalUs;
}

export const conforms = (nextTatUs: number, now: number, { toleranceUs }: Rate): boolean =>
  nextTatUs - now * 1_000 <= toleranceUs;

/** The first millisecond at which the same arrivals conform, if nobody else comes. */
export const conformsInMs = (tatUs: number, { requests, now }: Arrivals, { intervalUs, toleranceUs }: Rate): number =>
  Math.ceil((tatUs + requests * intervalUs - toleranceUs) / 1_000) - now;

/** Not even out of a full bucket. */
export const neverConforms = ({ requests, admitForMs }: Arrivals, { intervalUs, toleranceUs }: Rate): boolean =>
  requests * intervalUs + (requests > 1 ? admitForMs * 1_000 : 0) > toleranceUs;

export function bucketAt(tatUs: number, now: number, rate: Rate): { remaining: number; resetMs: number } {
  const takenUs = Math.max(0, tatUs - now * 1_000);
  return {
    remaining: Math.max(0, Math.floor((rate.toleranceUs - takenUs) / rate.intervalUs)),
    resetMs: Math.ceil(takenUs / 1_000),
  };
}
