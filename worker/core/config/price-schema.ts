/** A price as people write it. What they leave out counts at its dearest (../pricing/whole-price.ts). */
import * as z from 'zod/mini';
import { count, settings, usd } from './settings.ts';

/** USD per million tokens. */
const tokenPrices = {
  input: usd,
  output: usd,
  /** Input read from the provider's cache. Defaults to the input price. */
  cachedInput: z.optional(usd),
  /** Input written to the provider's cache. Defaults to 1.25 times the input price. */
  cacheWrite: z.optional(usd),
  /** Thinking. Defaults to the output price. */
  reasoning: z.optional(usd),
};

/** A price in config, in `NAME_PRICE` and in alias lists. */
export const price = settings({
  ...tokenPrices,
  /** USD for each request, on top of the tokens. */
  usdPerRequest: z.optional(usd),
  /**
   * Other prices for the whole of a request with at least `fromInputTokens`. `[]` says that there are none. By default, long
   * requests count as dear as any provider makes them.
   */
  tiers: z.optional(
    z.readonly(
      z.array(settings({ fromInputTokens: count(1, 100_000_000), ...tokenPrices })).check(
        z.refine((tiers) => new Set(tiers.map(({ fromInputTokens }) => fromInputTokens)).size === tiers.length, {
          error: 'write each fromInputTokens once',
        }),
      ),
    ),
  ),
});

/** A price as written. */
export type PriceInput = z.output<typeof price>;
