import type { Usage } from '../../../protocol/chat.ts';
import type { ParamCost, Price, TokenPrices } from '../config/config.ts';

/**
 * Keeps floating-point dust (2.0000000000000004) from adding a micro-USD. The factor is relative, so that it never takes off more
 * than dust.
 */
const WITHOUT_DUST = 1 - 2e-15;

/**
 * What a provider charges for `usage`, in micro-USD, rounded up. USD per million tokens is micro-USD per token. Reasoning is part
 * of the output. Cached and written input are parts of the input. A part never counts as more than its whole, or the cost could
 * exceed what was held for it.
 */
export function costMicroUsd(usage: Usage, price: Price, params: readonly ParamCost[] = []): number {
  const { inputTokens, outputTokens } = usage;
  const cached = Math.min(usage.cachedInputTokens, inputTokens);
  const written = Math.min(usage.cacheWriteTokens, inputTokens - cached);
  const reasoning = Math.min(usage.reasoningTokens, outputTokens);
  const rates: TokenPrices = price.tiers?.findLast((tier) => tier.fromInputTokens <= inputTokens) ?? price;
  const tokens =
    (inputTokens - cached - written) * rates.input +
    cached * rates.cachedInput +
    written * rates.cacheWrite +
    (outputTokens - reasoning) * rates.output +
    reasoning * (rates.reasoning ?? rates.output);
  const factor = params.reduce((product, { priceFactor }) => product * priceFactor, 1);
  const fees = params.reduce((sum, { usdPerRequest }) => sum + usdPerRequest * 1e6, (price.usdPerRequest ?? 0) * 1e6);
  return Math.ceil((tokens * factor + fees) * WITHOUT_DUST);
}

/** Micro-USD as a decimal string in USD, such as `0.000042`, without an exponent. */
export const usdText = (microUsd: number): string => (microUsd / 1e6).toFixed(6).replace(/\.?0+$/, '') || '0';
