/** A price as people write it; what they leave out is filled in. */
import * as z from 'zod';
import type { Price, TokenPrices } from './config.ts';
import { count, settings, usd } from './settings.ts';

/** USD per million tokens. */
const tokenPrices = {
  input: usd,
  output: usd,
  /** Input read from the provider's cache; the input price where it is left out. */
  cachedInput: usd.optional(),
  /** Input written to the provider's cache; the input price where it is left out. */
  cacheWrite: usd.optional(),
  /** Thinking; the output price where it is left out. */
  reasoning: usd.optional(),
};

export const price = settings({
  ...tokenPrices,
  /** On top of the tokens, for each request. */
  usdPerRequest: usd.optional(),
  /** Other prices for the whole of a request that has so many input tokens or more. */
  tiers: z
    .array(settings({ fromInputTokens: count(1, 100_000_000), ...tokenPrices }))
    .readonly()
    .optional(),
});

export type PriceInput = z.output<typeof price>;

export function completePrice({ usdPerRequest, tiers, ...base }: PriceInput): Price {
  return {
    ...completed(base),
    ...(usdPerRequest !== undefined && { usdPerRequest }),
    ...(tiers !== undefined && {
      tiers: tiers
        .map((tier) => ({ fromInputTokens: tier.fromInputTokens, ...completed(tier) }))
        .sort((one, other) => one.fromInputTokens - other.fromInputTokens),
    }),
  };
}

type WrittenPrices = Pick<PriceInput, keyof typeof tokenPrices>;

const completed = ({ input, output, cachedInput, cacheWrite, reasoning }: WrittenPrices): TokenPrices => ({
  input,
  output,
  cachedInput: cachedInput ?? input,
  cacheWrite: cacheWrite ?? input,
  ...(reasoning !== undefined && { reasoning }),
});
