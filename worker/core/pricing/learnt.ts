/** What a deployment's bills have taught: from then on it holds, and is booked at, no less than it once billed. */
export interface Learnt {
  /** On top of what config and the host's habits say, for each request. */
  overheadTokens: number;
  /** On top of config's `tokensPerImage` and `tokensPerFile`; apart, since one long document says nothing of pictures. */
  tokensPerImage: number;
  tokensPerFile: number;
  thinkingBeyondCap: number;
  tokensPerSecond: number;
  /** How often an operator has cleared it: what was learnt before the last time counts no more. */
  clearings: number;
}

export const NOTHING_LEARNT: Learnt = {
  overheadTokens: 0,
  tokensPerImage: 0,
  tokensPerFile: 0,
  thinkingBeyondCap: 0,
  tokensPerSecond: 0,
  clearings: 0,
};

type Field = keyof typeof MOST_LEARNT;

/** One bad count must not end every later request: no provider adds more than this. */
const MOST_LEARNT = {
  overheadTokens: 65_536,
  tokensPerImage: 262_144,
  tokensPerFile: 262_144,
  thinkingBeyondCap: 262_144,
  tokensPerSecond: 131_072,
};
const FIELDS = Object.keys(MOST_LEARNT) as Field[];

/** What is known of one deployment. */
export const learntOf = (
  { healthId }: { healthId: string },
  { learnt }: { learnt?: ReadonlyMap<string, Learnt> | undefined },
): Learnt => learnt?.get(healthId) ?? NOTHING_LEARNT;

/** Of what is known in two places, the larger; of what was cleared there meanwhile, nothing. The same object where nothing is new. */
export function joinLearnt(known: Learnt, other: Readonly<Partial<Learnt>>): Learnt {
  const { clearings = 0 } = other;
  if (clearings < known.clearings) return known;
  const base = clearings > known.clearings ? { ...NOTHING_LEARNT, clearings } : known;
  const news = FIELDS.filter((field) => bounded(field, other[field]) > base[field]);
  if (news.length === 0) return base;
  return { ...base, ...Object.fromEntries(news.map((field) => [field, bounded(field, other[field])])) };
}

export const hasLearnt = (learnt: Learnt): boolean => FIELDS.some((field) => learnt[field] > 0);

/** It was stored or sent, maybe by another version. */
const bounded = (field: Field, value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.ceil(value), MOST_LEARNT[field]) : 0;
