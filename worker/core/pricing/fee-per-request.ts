/**
 * Models that search with every request and bill the search on top of the tokens. No usage reports that fee, and price lists often
 * lack it, so config must say it: `usdPerRequest` (0 if it is known to be free).
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

/** Whether a model bills a fee with every request. */
export const billsEachRequest = (model: string): boolean => SEARCHES.some((kind) => kind.test(model.toLowerCase()));
