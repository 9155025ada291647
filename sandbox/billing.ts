import type { AnswerUsage } from './ask.ts';

/** USD per million tokens, which is the same number as micro-USD per token. */
export interface Prices {
  inputUsdPerMillion: number;
  outputUsdPerMillion: number;
  cachedInputUsdPerMillion: number;
  /** The price of writing to the prompt cache. */
  cacheWriteUsdPerMillion: number;
}

export const DEFAULT_PRICES: Prices = {
  inputUsdPerMillion: 1,
  outputUsdPerMillion: 4,
  cachedInputUsdPerMillion: 0.1,
  cacheWriteUsdPerMillion: 1,
};

export interface ProviderCounts {
  /** Requests for an answer that arrived. A refused connection never arrives. */
  requests: number;
  /** Requests for which the model began to work. */
  started: number;
  completed: number;
  /** Requests whose client left before the answer was complete. */
  aborted: number;
  /** Requests that the provider ended without a complete answer. */
  failed: number;
  active: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  billedMicroUsd: number;
  /** Requests that came to the URL of a `redirect` fault, which a correct client does not follow. */
  redirectsFollowed: number;
}

export type Outcome = 'completed' | 'aborted' | 'failed';

/** What one provider would bill, updated continuously. Everything that was made is charged, delivered or not. */
export class Tally {
  readonly #counts: ProviderCounts = {
    requests: 0, started: 0, completed: 0, aborted: 0, failed: 0, active: 0, inputTokens: 0, cachedInputTokens: 0,
    outputTokens: 0, billedMicroUsd: 0, redirectsFollowed: 0,
  }; // biome-ignore format: a list, not a page

  arrived(): void {
    this.#counts.requests += 1;
    this.#counts.active += 1;
  }

  redirectFollowed(): void {
    this.#counts.redirectsFollowed += 1;
  }

  began(usage: AnswerUsage, prices: Prices): void {
    const { inputTokens, cachedTokens, writtenTokens } = usage;
    this.#counts.started += 1;
    this.#counts.inputTokens += inputTokens;
    this.#counts.cachedInputTokens += cachedTokens;
    this.#counts.billedMicroUsd += (inputTokens - cachedTokens - writtenTokens) * prices.inputUsdPerMillion;
    this.#counts.billedMicroUsd += cachedTokens * prices.cachedInputUsdPerMillion;
    this.#counts.billedMicroUsd += writtenTokens * prices.cacheWriteUsdPerMillion;
  }

  made(tokens: number, prices: Prices): void {
    this.#counts.outputTokens += tokens;
    this.#counts.billedMicroUsd += tokens * prices.outputUsdPerMillion;
  }

  ended(outcome: Outcome): void {
    this.#counts.active -= 1;
    this.#counts[outcome] += 1;
  }

  counts(): ProviderCounts {
    // Sums of tenths are not exact in binary. A bill is in whole micro-USD, rounded up.
    return { ...this.#counts, billedMicroUsd: Math.max(0, Math.ceil(this.#counts.billedMicroUsd - 1e-6)) };
  }
}
