/** If a person rates an answer too, the person's rating counts instead of the judge's. */
import type { RequestEntry } from '../receipt.ts';
import { countsOf, type Opinion, QUALITY, type QualityKey, type Told, VOUCHED } from './told.ts';

/**
 * The keys in which the judge's opinion still counts beside the opinions of others. Beside a known rater's it counts nowhere;
 * beside a visitor's, whose name nothing proves, only in `quality:vouched`.
 */
export function judgeKeys(others: readonly Pick<Opinion, 'isVouched'>[]): QualityKey[] {
  if (others.length === 0) return [QUALITY, VOUCHED];
  return others.some(({ isVouched }) => isVouched) ? [] : [VOUCHED];
}

/** The keys in which the judge's opinion is taken back when a person rates too. It was counted in `keys`. */
export const givenUp = (keys: readonly QualityKey[], { isVouched }: Pick<Opinion, 'isVouched'>): QualityKey[] =>
  isVouched ? [...keys] : keys.filter((key) => key === QUALITY);

/** The judge's opinion, counted in these keys, or taken back with -1. Drills do not count. */
export const judgeTold = (
  answer: RequestEntry,
  opinion: Opinion,
  keys: readonly QualityKey[],
  amount: 1 | -1,
): Told[] => (answer.drill === null ? countsOf(answer, opinion, keys, amount) : []);
