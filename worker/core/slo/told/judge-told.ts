/** An answer that a person rates counts by that person: the judge's opinion makes way. */
import type { RequestEntry } from '../receipt.ts';
import { countsOf, type Opinion, QUALITY, type QualityKey, type Told, VOUCHED } from './told.ts';

/** What the judge's opinion counts in beside those of others. Visitors, whose names nothing proves, take no part of what is vouched for. */
export function judgeKeys(others: readonly Pick<Opinion, 'isVouched'>[]): QualityKey[] {
  if (others.length === 0) return [QUALITY, VOUCHED];
  return others.some(({ isVouched }) => isVouched) ? [] : [VOUCHED];
}

/** What is taken back of the judge's opinion, counted in `keys`, when a person rates too. */
export const givenUp = (keys: readonly QualityKey[], { isVouched }: Pick<Opinion, 'isVouched'>): QualityKey[] =>
  isVouched ? [...keys] : keys.filter((key) => key === QUALITY);

/** The judge's opinion in these keys, or with -1 taken back from them. Drills do not count. */
export const judgeTold = (
  answer: RequestEntry,
  opinion: Opinion,
  keys: readonly QualityKey[],
  amount: 1 | -1,
): Told[] => (answer.drill === null ? countsOf(answer, opinion, keys, amount) : []);
