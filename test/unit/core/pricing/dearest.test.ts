import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../protocol/chat.ts';
import { costMicroUsd } from '../../../../worker/core/pricing/cost.ts';
import { dearest } from '../../../../worker/core/pricing/dearest.ts';
import { wholePrice } from '../../../../worker/core/pricing/whole-price.ts';

const usd = fc.double({ min: 0, max: 1000, noNaN: true });
const tokens = fc.integer({ min: 0, max: 2_000_000 });
const length = fc.integer({ min: 1, max: 2_000_000 });
const rates = { input: usd, output: usd, cachedInput: usd, cacheWrite: usd, reasoning: usd };
const requiredKeys: ('input' | 'output')[] = ['input', 'output'];
const aPrice = fc
  .record(
    {
      ...rates,
      usdPerRequest: usd,
      tiers: fc.array(
        fc.record({ fromInputTokens: length, ...rates }, { requiredKeys: ['fromInputTokens', ...requiredKeys] }),
        { maxLength: 3 },
      ),
    },
    { requiredKeys },
  )
  .map((price) => wholePrice(price, 'openai'));
/** Also nonsense: parts larger than the whole. */
const aUsage: fc.Arbitrary<Usage> = fc.record({
  inputTokens: tokens,
  cachedInputTokens: tokens,
  cacheWriteTokens: tokens,
  outputTokens: tokens,
  reasoningTokens: tokens,
});

describe('dearest', () => {
  it('is never less than any of the prices charges for a request that is no longer', () => {
    fc.assert(
      fc.property(
        fc.array(aPrice, { minLength: 1, maxLength: 4 }),
        aUsage,
        tokens,
        tokens,
        (prices, usage, moreInput, moreOutput) => {
          const inputTokens = usage.inputTokens + moreInput;
          const outputTokens = usage.outputTokens + moreOutput;
          const most = dearest(prices, inputTokens);
          const bound = Math.ceil(inputTokens * most.input + outputTokens * most.output + most.usdPerRequest * 1e6);
          for (const price of prices) expect(costMicroUsd(usage, price)).toBeLessThanOrEqual(bound);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('is some price’s own, so that no more is held than may be needed', () => {
    const flat = { input: 2, output: 8, cachedInput: 1, cacheWrite: 2.5 };
    const long = { fromInputTokens: 1000, input: 4, output: 12, cachedInput: 1, cacheWrite: 5 };
    const thinking = { input: 1, output: 5, cachedInput: 1, cacheWrite: 1, reasoning: 9, usdPerRequest: 0.01 };
    expect(dearest([flat], 1_000_000)).toEqual({ input: 2.5, output: 8, usdPerRequest: 0 });
    expect(dearest([{ ...flat, tiers: [long] }], 999)).toEqual({ input: 2.5, output: 8, usdPerRequest: 0 });
    expect(dearest([{ ...flat, tiers: [long] }], 1000)).toEqual({ input: 5, output: 12, usdPerRequest: 0 });
    expect(dearest([flat, thinking], 0)).toEqual({ input: 2.5, output: 9, usdPerRequest: 0.01 });
    expect(dearest([{ ...flat, cachedInput: 3 }], 0).input).toBe(3);
  });

  it('counts the base price too where long requests cost less', () => {
    const flat = { input: 2, output: 8, cachedInput: 2, cacheWrite: 2 };
    const cheap = { fromInputTokens: 10, input: 1, output: 1, cachedInput: 1, cacheWrite: 1 };
    expect(dearest([{ ...flat, tiers: [cheap] }], 100)).toEqual({ input: 2, output: 8, usdPerRequest: 0 });
  });
});
