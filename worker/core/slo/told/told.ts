/**
 * What is reported about an answer afterwards, or about a service beside the router. The journal keeps such reports, and the book
 * counts them.
 */
import type { OutsideReport } from '../book/book.ts';
import type { RequestEntry } from '../receipt.ts';

/** One report. `at` is when it was made, epoch milliseconds. A negative count takes back an earlier report at that report's time. */
export interface Told extends OutsideReport {
  at: number;
}

/** What one rater thinks of one answer. */
export interface Opinion {
  isGood: boolean;
  /** Whether the rater is known. Anyone can rate with a publishable key. */
  isVouched: boolean;
  at: number;
}

/**
 * The book's reply to an opinion. `unknown`: the request's record may still be on its way. `refused`: it is not the caller's
 * request. `busy`: the book has searched for too many requests in this second.
 */
export type OpinionReply = 'taken' | 'unknown' | 'refused' | 'busy';

/** An opinion on its way to the book. */
export interface ToldOpinion extends Omit<Opinion, 'at'> {
  requestId: string;
  tenant: string;
  /** The user whose request it must be, as `RequestRecord.userHash`. Undefined for any request of the tenant. */
  ofUser: string | undefined;
  /** The rater: hashed, or one name for all raters without a name. */
  rater: string;
  label: string | null;
}

/** The key that counts the feedback of all raters. */
export const QUALITY = 'quality';
/** The key that counts the feedback of known raters. */
export const VOUCHED = 'quality:vouched';
/** The keys in which an opinion can count. */
export type QualityKey = typeof QUALITY | typeof VOUCHED;

/**
 * What an opinion adds to the counts. It counts for the deployment that gave the answer, and replaces the rater's earlier opinion.
 * Opinions about drills do not count.
 */
export function toldOf(answer: RequestEntry, opinion: Opinion, earlier: Opinion | undefined): Told[] {
  if (answer.drill !== null || earlier?.isGood === opinion.isGood) return [];
  const keysOf = ({ isVouched }: Opinion): QualityKey[] => (isVouched ? [QUALITY, VOUCHED] : [QUALITY]);
  const taken = earlier === undefined ? [] : countsOf(answer, earlier, keysOf(earlier), -1);
  return [...taken, ...countsOf(answer, opinion, keysOf(opinion), 1)];
}

/** An opinion, counted in these keys, or taken back with -1. */
export function countsOf(
  answer: RequestEntry,
  { isGood, at }: Opinion,
  keys: readonly QualityKey[],
  amount: 1 | -1,
): Told[] {
  const { tenant, feature, deployment, experiment } = answer;
  const told = { tenant, feature, deployment, experiment, good: isGood ? amount : 0, bad: isGood ? 0 : amount, at };
  return keys.map((key) => ({ key, ...told }));
}

/** Figures of a service that an `external` objective names. */
export interface Figures {
  name: string;
  good: number;
  total: number;
  at: number;
}

/** Figures count for their tenant, and for all tenants together. */
export const figuresTold = ({ name, good, total, at }: Figures, tenant: string): Told => ({
  ...{ key: `external:${name}`, tenant, feature: null, deployment: null, experiment: null },
  ...{ good, bad: total - good, at },
});
