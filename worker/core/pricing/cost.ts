import type { Usage } from '../../../protocol/chat.ts';
import type { ParamCost, Price } from '../config/config.ts';

/** Keeps floating-point dust (2.0000000000000004) from adding a micro-USD; relative, so that it is never more than dust. */
const WITHOUT_DUST = 1 - 2e-15;

/**
 * What a provider charges for `usage`, in micro-USD, rounded up to a whole one. USD per million tokens is micro-USD per
 * token. Reasoning is part of the output, cached and written input are parts of the input (PLATFORM.md §3.1).
 */
export function costMicroUsd(usage: Usage, price: Price, params: readonly ParamCost[] = []): number {
  const plainInput = Math.max(0, usage.inputTokens - usage.cachedInputTokens - usage.cacheWriteTokens);
  const tokens =
    plainInput * price.input +
    usage.cachedInputTokens * price.cachedInput +
    usage.cacheWriteTokens * price.cacheWrite +
    usage.outputTokens * price.output;
  const factor = params.reduce((product, { priceFactor }) => product * priceFactor, 1);
  const fees = params.reduce((sum, { usdPerRequest }) => sum + usdPerRequest * 1e6, 0);
  return Math.ceil((tokens * factor + fees) * WITHOUT_DUST);
}

/** Micro-USD as a decimal USD text, such as `0.000042`, without an exponent. */
export const usdText = (microUsd: number): string => (microUsd / 1e6).toFixed(6).replace(/\.?0+$/, '') || '0';
