import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Price, TokenPrices } from '../../../../worker/core/config/config.ts';
import { costMicroUsd } from '../../../../worker/core/pricing/cost.ts';
import { dearest } from '../../../../worker/core/pricing/dearest.ts';
import { dearerPrice, wholePrice } from '../../../../worker/core/pricing/whole-price.ts';

const usage = (more: object) => ({
  inputTokens: 0,
  outputTokens: 0,
  cachedInputTokens: 0,
  cacheWriteTokens: 0,
  reasoningTokens: 0,
  ...more,
});

describe.each(['openai', 'anthropic'] as const)(
  'a price for the format %s that says input and output alone',
  (format) => {
    const price = wholePrice({ input: 4, output: 12 }, format);

    it('counts what a provider may write to its cache unasked', () => {
      expect(costMicroUsd(usage({ inputTokens: 1000, cacheWriteTokens: 1000 }), price)).toBe(5000);
      expect(dearest([price], 1000)).toMatchObject({ input: 5, output: 12 });
    });

    it('counts what is read from a cache as input, and thinking as output', () => {
      expect(costMicroUsd(usage({ inputTokens: 1000, cachedInputTokens: 1000 }), price)).toBe(4000);
      expect(costMicroUsd(usage({ outputTokens: 1000, reasoningTokens: 1000 }), price)).toBe(12_000);
    });

    it('counts a long request as dear as the dearest tier that its providers have, a short one not', () => {
      const long = { inputTokens: 272_001, outputTokens: 1000, cacheWriteTokens: 272_001 };
      expect(costMicroUsd(usage(long), price)).toBeGreaterThanOrEqual(272_001 * 10 + 18_000);
      expect(dearest([price], 272_001).input).toBe(10);
      expect(dearest([price], 100_000)).toMatchObject({ input: 5, output: 12 });
      expect(costMicroUsd(usage({ inputTokens: 100_000 }), price)).toBe(400_000);
    });
  },
);

describe('what was said', () => {
  it('stands, dear or cheap', () => {
    const said = { input: 2, output: 4, cachedInput: 0, cacheWrite: 0, reasoning: 1, usdPerRequest: 0.01, tiers: [] };
    expect(wholePrice(said, 'openai')).toEqual(said);
    expect(wholePrice(said, 'openai', { ...said, input: 9, output: 9, cacheWrite: 9 })).toEqual(said);
  });

  it('of a tier leaves the rest of it no cheaper than for shorter requests', () => {
    const tiers = [{ fromInputTokens: 100, input: 3, output: 5 }];
    const base = { input: 2, output: 4, cachedInput: 5, cacheWrite: 6, reasoning: 9 };
    expect(wholePrice({ ...base, tiers }, 'openai').tiers).toEqual([
      { fromInputTokens: 100, input: 3, output: 5, cachedInput: 5, cacheWrite: 6, reasoning: 9 },
    ]);
  });

  it('leaves the rest no cheaper than the list, tier by tier', () => {
    const tier = { fromInputTokens: 272_000, input: 4, output: 18, cachedInput: 0.4, cacheWrite: 5 };
    const listed: Price = { input: 2, output: 12, cachedInput: 0.2, cacheWrite: 2.5, reasoning: 20, tiers: [tier] };
    const price = wholePrice({ input: 1, output: 5 }, 'anthropic', listed);
    expect(price).toMatchObject({ input: 1, output: 5, cachedInput: 1, cacheWrite: 2.5, reasoning: 20 });
    expect(price.tiers?.map(({ fromInputTokens, input, output }) => [fromInputTokens, input, output])).toEqual([
      [200_000, 2, 12],
      [272_000, 4, 18],
    ]);
  });
});

const usd = fc.double({ min: 0, max: 100, noNaN: true });
const rates: fc.Arbitrary<TokenPrices> = fc.record(
  { input: usd, output: usd, cachedInput: usd, cacheWrite: usd, reasoning: usd },
  { requiredKeys: ['input', 'output', 'cachedInput', 'cacheWrite'] },
);
const tiers = fc
  .uniqueArray(fc.integer({ min: 1, max: 500_000 }), { maxLength: 3 })
  .map((all) => all.sort((one, other) => one - other))
  .chain((all) => fc.tuple(...all.map((fromInputTokens) => rates.map((of) => ({ fromInputTokens, ...of })))));
const aPrice: fc.Arbitrary<Price> = fc
  .tuple(rates, tiers, fc.option(usd, { nil: undefined }))
  .map(([of, all, fee]) => ({
    ...of,
    tiers: all,
    ...(fee !== undefined && { usdPerRequest: fee }),
  }));
const tokens = fc.integer({ min: 0, max: 600_000 });

describe('the dearer of two prices', () => {
  it('charges for every usage what each of them charges, or more', () => {
    fc.assert(
      fc.property(aPrice, aPrice, tokens, tokens, tokens, tokens, tokens, (one, other, ...counts) => {
        const [inputTokens = 0, outputTokens = 0, cachedInputTokens = 0, cacheWriteTokens = 0, reasoningTokens = 0] =
          counts;
        const used = { inputTokens, outputTokens, cachedInputTokens, cacheWriteTokens, reasoningTokens };
        const dearer = costMicroUsd(used, dearerPrice(one, other));
        expect(dearer).toBeGreaterThanOrEqual(Math.max(costMicroUsd(used, one), costMicroUsd(used, other)));
      }),
      { numRuns: 1000 },
    );
  });
});
