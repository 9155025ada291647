/** If a person rates an answer too, the person's rating counts instead of the judge's. */
import type { RequestEntry } from '../receipt.ts';
import {
  QUALITY_KEY,
  type QualityKey,
  type Rating,
  type ReportedCounts,
  ratingCountsIn,
  VOUCHED_QUALITY_KEY,
} from './counts.ts';

/**
 * The keys in which the judge's rating still counts beside the ratings of others. Beside a known rater's it counts nowhere;
 * beside a visitor's, whose name nothing proves, only in `quality:vouched`.
 */
export function judgeKeys(others: readonly Pick<Rating, 'isVouched'>[]): QualityKey[] {
  if (others.length === 0) return [QUALITY_KEY, VOUCHED_QUALITY_KEY];
  return others.some(({ isVouched }) => isVouched) ? [] : [VOUCHED_QUALITY_KEY];
}

/** The keys in which the judge's rating is taken back when a person rates too. It was counted in `keys`. */
export const keysTakenBack = (keys: readonly QualityKey[], { isVouched }: Pick<Rating, 'isVouched'>): QualityKey[] =>
  isVouched ? [...keys] : keys.filter((key) => key === QUALITY_KEY);

/** The judge's rating, counted in these keys, or taken back with -1. Drills do not count. */
export const judgeCounts = (
  answer: RequestEntry,
  rating: Rating,
  keys: readonly QualityKey[],
  amount: 1 | -1,
): ReportedCounts[] => (answer.drill === null ? ratingCountsIn(answer, rating, keys, amount) : []);
