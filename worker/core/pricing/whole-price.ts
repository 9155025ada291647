/**
 * Completes a price. A part that config leaves out counts at the highest reading that any provider has, in worst cases and in what is
 * booked, because a budget counted with less could be overspent (docs/decisions/0021-unsaid-prices.md).
 */
import type { Price, PriceTier, TokenPrices } from '../config/config.ts';
import type { PriceInput } from '../config/price-schema.ts';
import type { WireFormat } from '../config/wire-format.ts';
import type { FormatFacts } from '../formats/facts.ts';
import { FORMATS } from '../formats/formats.ts';

/**
 * The price of writing to a provider's cache, as a multiple of the input price. Some providers write without being asked. (An hour in
 * Anthropic's cache costs 2 times, but Carryon only asks for five minutes.)
 */
const WRITE_FACTOR = 1.25;

/** Completes a price. What config says stands. A part that it leaves out is never cheaper than in the list, if the list knows the model. */
export function wholePrice(said: PriceInput, format: WireFormat, listed?: Price): Price {
  const base = wholeRates(said, listed);
  const { usdPerRequest = listed?.usdPerRequest } = said;
  const tiers = said.tiers
    ?.map(({ fromInputTokens, ...tier }): PriceTier => {
      const floor = listed === undefined ? base : dearerRates(base, ratesAt(listed, fromInputTokens));
      return { fromInputTokens, ...wholeRates(tier, floor) };
    })
    .sort((one, other) => one.fromInputTokens - other.fromInputTokens);
  return {
    ...base,
    ...(usdPerRequest !== undefined && { usdPerRequest }),
    tiers: tiers ?? dearerPrice({ ...base, tiers: [longTier(base, FORMATS[format])] }, listed ?? base).tiers,
  };
}

/** The higher of two prices of one model, part by part, for every length of a request. */
export function dearerPrice(one: Price, other: Price): Price & Required<Pick<Price, 'tiers'>> {
  const lengths = new Set([one, other].flatMap(({ tiers = [] }) => tiers.map((tier) => tier.fromInputTokens)));
  const fees = [one, other].flatMap(({ usdPerRequest }) => usdPerRequest ?? []);
  return {
    ...dearerRates(one, other),
    ...(fees.length > 0 && { usdPerRequest: Math.max(...fees) }),
    tiers: [...lengths]
      .sort((shorter, longer) => shorter - longer)
      .map((fromInputTokens) => ({
        fromInputTokens,
        ...dearerRates(ratesAt(one, fromInputTokens), ratesAt(other, fromInputTokens)),
      })),
  };
}

/** What each token of a request with this much input costs. */
const ratesAt = (price: Price, inputTokens: number): TokenPrices =>
  price.tiers?.findLast(({ fromInputTokens }) => fromInputTokens <= inputTokens) ?? price;

type SaidRates = Pick<PriceInput, keyof TokenPrices>;

/** `floor` is the least that a part costs if config leaves it out. */
function wholeRates(
  { input, output, cachedInput, cacheWrite, reasoning }: SaidRates,
  floor?: TokenPrices,
): TokenPrices {
  const thinking = reasoning ?? (floor?.reasoning === undefined ? undefined : Math.max(output, floor.reasoning));
  return {
    input,
    output,
    cachedInput: cachedInput ?? Math.max(input, floor?.cachedInput ?? 0),
    cacheWrite: cacheWrite ?? Math.max(input * WRITE_FACTOR, floor?.cacheWrite ?? 0),
    ...(thinking !== undefined && { reasoning: thinking }),
  };
}

function longTier(base: TokenPrices, { longRequest: { fromInputTokens, input, output } }: FormatFacts): PriceTier {
  return {
    fromInputTokens,
    input: base.input * input,
    output: base.output * output,
    cachedInput: base.cachedInput * input,
    cacheWrite: base.cacheWrite * input,
    ...(base.reasoning !== undefined && { reasoning: base.reasoning * output }),
  };
}

function dearerRates(one: TokenPrices, other: TokenPrices): TokenPrices {
  const thinks = one.reasoning !== undefined || other.reasoning !== undefined;
  return {
    input: Math.max(one.input, other.input),
    output: Math.max(one.output, other.output),
    cachedInput: Math.max(one.cachedInput, other.cachedInput),
    cacheWrite: Math.max(one.cacheWrite, other.cacheWrite),
    ...(thinks && { reasoning: Math.max(one.reasoning ?? one.output, other.reasoning ?? other.output) }),
  };
}
