/**
 * What is reported about an answer afterwards, or about a service beside the router. The journal keeps such reports, and the book
 * counts them.
 */
import type { OutsideReport } from '../book/book.ts';
import type { RequestEntry } from '../receipt.ts';

/** One report. `at` is when it was made, epoch milliseconds. A negative count takes back an earlier report at that report's time. */
export interface ReportedCounts extends OutsideReport {
  at: number;
}

/** What one rater thinks of one answer. */
export interface Rating {
  isGood: boolean;
  /** Whether the rater is known. Anyone can rate with a publishable key. */
  isVouched: boolean;
  at: number;
}

/**
 * The book's reply to a rating. `unknown`: the request's record may still be on its way. `refused`: it is not the caller's
 * request. `busy`: the book has searched for too many requests in this second.
 */
export type RatingReply = 'taken' | 'unknown' | 'refused' | 'busy';

/** A rating on its way to the book. */
export interface SentRating extends Omit<Rating, 'at'> {
  requestId: string;
  tenant: string;
  /** The user whose request it must be, as `RequestRecord.userHash`. Undefined for any request of the tenant. */
  ofUser: string | undefined;
  /** The rater: hashed, or one name for all raters without a name. */
  rater: string;
  label: string | null;
}

/** The key that counts the feedback of all raters. */
export const QUALITY_KEY = 'quality';
/** The key that counts the feedback of known raters. */
export const VOUCHED_QUALITY_KEY = 'quality:vouched';
/** The keys in which a rating can count. */
export type QualityKey = typeof QUALITY_KEY | typeof VOUCHED_QUALITY_KEY;

/**
 * What a rating adds to the counts. It counts for the deployment that gave the answer, and replaces the rater's earlier rating.
 * Ratings about drills do not count.
 */
export function ratingCounts(answer: RequestEntry, rating: Rating, earlier: Rating | undefined): ReportedCounts[] {
  if (answer.drill !== null || earlier?.isGood === rating.isGood) return [];
  const keysOf = ({ isVouched }: Rating): QualityKey[] =>
    isVouched ? [QUALITY_KEY, VOUCHED_QUALITY_KEY] : [QUALITY_KEY];
  const taken = earlier === undefined ? [] : ratingCountsIn(answer, earlier, keysOf(earlier), -1);
  return [...taken, ...ratingCountsIn(answer, rating, keysOf(rating), 1)];
}

/** A rating, counted in these keys, or taken back with -1. */
export function ratingCountsIn(
  answer: RequestEntry,
  { isGood, at }: Rating,
  keys: readonly QualityKey[],
  amount: 1 | -1,
): ReportedCounts[] {
  const { tenant, feature, deployment, experiment } = answer;
  const told = { tenant, feature, deployment, experiment, good: isGood ? amount : 0, bad: isGood ? 0 : amount, at };
  return keys.map((key) => ({ key, ...told }));
}

/** Figures of a service that an `external` objective names. */
export interface ServiceFigures {
  name: string;
  good: number;
  total: number;
  at: number;
}

/** Figures count for their tenant, and for all tenants together. */
export const serviceCounts = ({ name, good, total, at }: ServiceFigures, tenant: string): ReportedCounts => ({
  ...{ key: `external:${name}`, tenant, feature: null, deployment: null, experiment: null },
  ...{ good, bad: total - good, at },
});
