/** A price as people write it; what they leave out counts at its dearest (../pricing/whole-price.ts). */
import * as z from 'zod';
import { count, settings, usd } from './settings.ts';

/** USD per million tokens. */
const tokenPrices = {
  input: usd,
  output: usd,
  /** Input read from the provider's cache; the input price where it is left out. */
  cachedInput: usd.optional(),
  /** Input written to the provider's cache; 1.25 times the input price where it is left out. */
  cacheWrite: usd.optional(),
  /** Thinking; the output price where it is left out. */
  reasoning: usd.optional(),
};

export const price = settings({
  ...tokenPrices,
  /** On top of the tokens, for each request. */
  usdPerRequest: usd.optional(),
  /**
   * Other prices for the whole of a request with at least `fromInputTokens`. `[]` says that there are none; where it is
   * left out, long requests count as dear as any provider makes them.
   */
  tiers: z
    .array(settings({ fromInputTokens: count(1, 100_000_000), ...tokenPrices }))
    .refine((tiers) => new Set(tiers.map(({ fromInputTokens }) => fromInputTokens)).size === tiers.length, {
      error: 'write each fromInputTokens once',
    })
    .readonly()
    .optional(),
});

export type PriceInput = z.output<typeof price>;
