/** What is reported about an answer afterwards, or about a service beside the router, as the journal keeps it and the book counts it. */
import type { OutsideReport } from '../book/book.ts';
import type { RequestEntry } from '../receipt.ts';

/** One report; `at`: when it was told, in epoch milliseconds. A negative count takes back an earlier one at its own time. */
export interface Told extends OutsideReport {
  at: number;
}

/** What one rater thinks of one answer. */
export interface Opinion {
  isGood: boolean;
  /** Whether the rater is known: anybody can rate with a publishable key. */
  isVouched: boolean;
  at: number;
}

/**
 * What the book makes of an opinion. `unknown`: the request may still be on its way; `refused`: it is not the caller's; `busy`:
 * it has looked for so many requests in this second that it did not look for this one.
 */
export type OpinionReply = 'taken' | 'unknown' | 'refused' | 'busy';

/** An opinion on its way to the book. */
export interface ToldOpinion extends Omit<Opinion, 'at'> {
  requestId: string;
  tenant: string;
  /** Undefined: any of the tenant's requests; else only that of this user, as `RequestRecord.userHash`. */
  ofUser: string | undefined;
  /** Who rates: hashed, or one name for all raters without a name. */
  rater: string;
  label: string | null;
}

/** Feedback of all raters. */
export const QUALITY = 'quality';
/** The part of it whose raters are known. */
export const VOUCHED = 'quality:vouched';
/** What an opinion counts in. */
export type QualityKey = typeof QUALITY | typeof VOUCHED;

/** An opinion of an answer, but of a drill's, counts for the deployment that gave the answer; the rater's earlier one counts no more. */
export function toldOf(answer: RequestEntry, opinion: Opinion, earlier: Opinion | undefined): Told[] {
  if (answer.drill !== null || earlier?.isGood === opinion.isGood) return [];
  const keysOf = ({ isVouched }: Opinion): QualityKey[] => (isVouched ? [QUALITY, VOUCHED] : [QUALITY]);
  const taken = earlier === undefined ? [] : countsOf(answer, earlier, keysOf(earlier), -1);
  return [...taken, ...countsOf(answer, opinion, keysOf(opinion), 1)];
}

/** An opinion in these keys, or with -1 taken back from them. */
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

/** Figures count for their tenant, and for all. */
export const figuresTold = ({ name, good, total, at }: Figures, tenant: string): Told => ({
  ...{ key: `external:${name}`, tenant, feature: null, deployment: null, experiment: null },
  ...{ good, bad: total - good, at },
});
