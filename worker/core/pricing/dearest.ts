import type { Price } from '../config/config.ts';

export interface DearestPrice {
  /** USD per million tokens, whatever becomes of them: read from a cache, written to it, thought. */
  input: number;
  output: number;
  usdPerRequest: number;
}

/** The most that any of these charges for a request of at most `inputTokens`: what a worst case is counted with. */
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
