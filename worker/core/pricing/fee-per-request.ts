/**
 * Models that search with every request and bill it on top of the tokens. No usage tells that fee, and lists of prices
 * often lack it, so it has to be said: `usdPerRequest` (0 where it is known to be free).
 *
 * Sources, November 2026: developers.openai.com (gpt-4o-search-preview, gpt-5-search-api, deep research), docs.perplexity.ai
 * (every sonar), console.groq.com (compound), openrouter.ai (`:online`).
 */
const SEARCHES: readonly RegExp[] = [
  /(?:^|[/-])search(?=[-:@]|$)/,
  /(?:^|\/)sonar(?=[-:@]|$)/,
  /deep-?research/,
  /(?:^|\/)compound(?=[-:@]|$)/,
  /:online$/,
];

export const billsEachRequest = (model: string): boolean => SEARCHES.some((kind) => kind.test(model.toLowerCase()));
