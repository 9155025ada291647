/** What a deployment's bills have taught. From then on no less is held and booked for it than it once billed. */
export interface Learnt {
  /** Tokens added to each request, on top of what config and the host's habits say. */
  overheadTokens: number;
  /** Tokens on top of config's `tokensPerImage` and `tokensPerFile`. Kept apart, because a long document says nothing about pictures. */
  tokensPerImage: number;
  tokensPerFile: number;
  thinkingBeyondCap: number;
  tokensPerSecond: number;
  /** How often an operator has cleared it. What was learnt before the last time no longer counts. */
  clearings: number;
}

/** What is known about a deployment that has taught nothing. */
export const NOTHING_LEARNT: Learnt = {
  overheadTokens: 0,
  tokensPerImage: 0,
  tokensPerFile: 0,
  thinkingBeyondCap: 0,
  tokensPerSecond: 0,
  clearings: 0,
};

type Field = keyof typeof MOST_LEARNT;

/** The most that any provider adds. Without a bound, one wrong count would end all later requests. */
const MOST_LEARNT = {
  overheadTokens: 65_536,
  tokensPerImage: 262_144,
  tokensPerFile: 262_144,
  thinkingBeyondCap: 262_144,
  tokensPerSecond: 131_072,
};
const FIELDS = Object.keys(MOST_LEARNT) as Field[];

/** What is known about one deployment. */
export const learntOf = (
  { healthId }: { healthId: string },
  { learnt }: { learnt?: ReadonlyMap<string, Learnt> | undefined },
): Learnt => learnt?.get(healthId) ?? NOTHING_LEARNT;

/**
 * Joins what is known in two places. The larger figure counts, and what was cleared in one place no longer counts. Returns
 * `known` itself if nothing is new.
 */
export function joinLearnt(known: Learnt, other: Readonly<Partial<Learnt>>): Learnt {
  const { clearings = 0 } = other;
  if (clearings < known.clearings) return known;
  const base = clearings > known.clearings ? { ...NOTHING_LEARNT, clearings } : known;
  const news = FIELDS.filter((field) => bounded(field, other[field]) > base[field]);
  if (news.length === 0) return base;
  return { ...base, ...Object.fromEntries(news.map((field) => [field, bounded(field, other[field])])) };
}

/** Whether there is anything to remember. */
export const hasLearnt = (learnt: Learnt): boolean => FIELDS.some((field) => learnt[field] > 0);

/** The value is checked because another version may have stored or sent it. */
const bounded = (field: Field, value: unknown): number =>
  typeof value === 'number' && value > 0 ? Math.min(Math.ceil(value), MOST_LEARNT[field]) : 0;
