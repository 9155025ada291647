import type { Price } from '../config/config.ts';

/** One price for every kind of token on each side. */
export interface DearestPrice {
  /** USD per million tokens, whether read from a cache, written to it, or used for reasoning. */
  input: number;
  output: number;
  usdPerRequest: number;
}

/** The highest of these prices for a request of at most `inputTokens`. Worst cases are computed with it. */
export function dearest(prices: readonly Price[], inputTokens: number): DearestPrice {
  const most = { input: 0, output: 0, usdPerRequest: 0 };
  for (const price of prices) {
    const reached = price.tiers?.filter(({ fromInputTokens }) => fromInputTokens <= inputTokens) ?? [];
    for (const { input, cachedInput, cacheWrite, output, reasoning = 0 } of [price, ...reached]) {
      most.input = Math.max(most.input, input, cachedInput, cacheWrite);
      most.output = Math.max(most.output, output, reasoning);
    }
    most.usdPerRequest = Math.max(most.usdPerRequest, price.usdPerRequest ?? 0);
  }
  return most;
}
