/** What a deployment's bills have taught: from then on it holds, and is booked at, no less than it once billed. */
import type { Deployment, PricingSettings } from '../config/config.ts';

export interface Learnt {
  /** On top of what config and the host's habits say, for each request. */
  overheadTokens: number;
  /** On top of `tokensPerImage` and `tokensPerFile`. */
  tokensPerMedia: number;
  thinkingBeyondCap: number;
  tokensPerSecond: number;
}

export const NOTHING_LEARNT: Learnt = {
  overheadTokens: 0,
  tokensPerMedia: 0,
  thinkingBeyondCap: 0,
  tokensPerSecond: 0,
};
export const LEARNT_FIELDS = Object.keys(NOTHING_LEARNT) as (keyof Learnt)[];

/** One bad count must not end every later request: no provider adds more than this. */
const MOST_LEARNT: Learnt = {
  overheadTokens: 65_536,
  tokensPerMedia: 262_144,
  thinkingBeyondCap: 262_144,
  tokensPerSecond: 131_072,
};

export const learntOf = ({ healthId }: Deployment, { learnt }: PricingSettings): Learnt =>
  learnt?.get(healthId) ?? NOTHING_LEARNT;

/** Of what is known in two places, the larger. The same object where nothing is new. */
export function joinLearnt(known: Learnt, other: Readonly<Partial<Learnt>>): Learnt {
  const news = LEARNT_FIELDS.filter((field) => bounded(field, other[field]) > known[field]);
  if (news.length === 0) return known;
  return { ...known, ...Object.fromEntries(news.map((field) => [field, bounded(field, other[field])])) };
}

/** It was stored or sent, maybe by another version. */
const bounded = (field: keyof Learnt, value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.ceil(value), MOST_LEARNT[field]) : 0;
