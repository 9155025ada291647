import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Usage } from '../../../../protocol/chat.ts';
import type { Price } from '../../../../worker/core/config/config.ts';
import { costMicroUsd, usdText } from '../../../../worker/core/pricing/cost.ts';

/** Money in units of 10^-6 micro-USD, so that whole numbers are exact. */
const UNITS = 1_000_000;
const units = (price: number): bigint => BigInt(Math.round(price * UNITS));

const tokens = fc.integer({ min: 0, max: 2_000_000 });
const aUsage: fc.Arbitrary<Usage> = fc
  .record({
    fresh: tokens,
    cachedInputTokens: tokens,
    cacheWriteTokens: tokens,
    said: tokens,
    reasoningTokens: tokens,
  })
  .map(({ fresh, said, ...usage }) => ({
    ...usage,
    inputTokens: fresh + usage.cachedInputTokens + usage.cacheWriteTokens,
    outputTokens: said + usage.reasoningTokens,
  }));
/** USD per million tokens, to four digits. */
const dollars = fc.integer({ min: 0, max: 2_000_000 }).map((price) => price / 10_000);
const somePrices = { input: dollars, output: dollars, cachedInput: dollars, cacheWrite: dollars };
const aPrice: fc.Arbitrary<Price> = fc.record(
  { ...somePrices, reasoning: dollars, usdPerRequest: fc.integer({ max: 5_000, min: 0 }).map((cents) => cents / 100) },
  { requiredKeys: ['input', 'output', 'cachedInput', 'cacheWrite'] },
);
const someParams = fc.array(
  fc.record({
    usdPerRequest: fc.integer({ min: 0, max: 5_000 }).map((thousandths) => thousandths / 1_000),
    priceFactor: fc.integer({ min: 1, max: 2 }),
  }),
  { maxLength: 3 },
);

describe('costMicroUsd', () => {
  it('is the exact sum, rounded up to a whole micro-USD', () => {
    fc.assert(
      fc.property(aUsage, aPrice, someParams, (usage, price, params) => {
        const { cachedInputTokens: cached, cacheWriteTokens: written } = usage;
        const plain = usage.inputTokens - cached - written;
        const perToken =
          BigInt(plain) * units(price.input) +
          BigInt(cached) * units(price.cachedInput) +
          BigInt(written) * units(price.cacheWrite) +
          BigInt(usage.outputTokens - usage.reasoningTokens) * units(price.output) +
          BigInt(usage.reasoningTokens) * units(price.reasoning ?? price.output);
        const factor = params.reduce((product, { priceFactor }) => product * BigInt(priceFactor), 1n);
        const ownFee = units(price.usdPerRequest ?? 0) * BigInt(UNITS);
        const fees = params.reduce((sum, { usdPerRequest }) => sum + units(usdPerRequest) * BigInt(UNITS), ownFee);
        const exact = perToken * factor + fees;
        const roundedUp = (exact + BigInt(UNITS) - 1n) / BigInt(UNITS);
        expect(BigInt(costMicroUsd(usage, price, params))).toBe(roundedUp);
      }),
      { numRuns: 500 },
    );
  });

  const usage = (more: Partial<Usage>): Usage => ({
    inputTokens: 0,
    cachedInputTokens: 0,
    cacheWriteTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    ...more,
  });
  const price = { input: 1.25, output: 10, cachedInput: 0.125, cacheWrite: 1.5 };

  it.each([
    ['nothing', usage({}), [], 0],
    ['a token of output', usage({ outputTokens: 1 }), [], 10],
    ['a token of input, rounded up', usage({ inputTokens: 1 }), [], 2],
    ['reasoning is part of the output', usage({ outputTokens: 7, reasoningTokens: 5 }), [], 70],
    [
      'read and written cache are parts of the input',
      usage({ inputTokens: 100, cachedInputTokens: 40, cacheWriteTokens: 20 }),
      [],
      85,
    ],
    ['more cached than there was input: only what there was', usage({ inputTokens: 8, cachedInputTokens: 40 }), [], 1],
    ['more written than there was input', usage({ inputTokens: 8, cachedInputTokens: 4, cacheWriteTokens: 40 }), [], 7],
    [
      'a fee and a factor',
      usage({ outputTokens: 10 }),
      [
        { usdPerRequest: 0.01, priceFactor: 1 },
        { usdPerRequest: 0, priceFactor: 2 },
      ],
      10_200,
    ],
  ])('%s', (_, used, params, expected) => {
    expect(Object.is(costMicroUsd(used, price, params), expected)).toBe(true);
  });

  it('charges reasoning apart where it has a price, never more of it than there was output', () => {
    const thinking = { ...price, reasoning: 3 };
    expect(costMicroUsd(usage({ outputTokens: 10, reasoningTokens: 4 }), thinking)).toBe(72);
    expect(costMicroUsd(usage({ outputTokens: 10, reasoningTokens: 40 }), thinking)).toBe(30);
  });

  it('charges a fee for each request, which no factor multiplies', () => {
    const params = [{ usdPerRequest: 0, priceFactor: 2 }];
    expect(costMicroUsd(usage({ outputTokens: 1 }), { ...price, usdPerRequest: 0.012 }, params)).toBe(12_020);
  });

  it.each([
    [99, 99],
    [100, 200],
    [999, 1998],
    [1000, 3000],
  ])('a request of %d input tokens is charged whole by its tier: %d', (inputTokens, expected) => {
    const rates = (rate: number) => ({ input: rate, output: rate, cachedInput: rate, cacheWrite: rate });
    const tiers = [
      { fromInputTokens: 100, ...rates(2) },
      { fromInputTokens: 1000, ...rates(3) },
    ];
    const parts = { cachedInputTokens: 20, cacheWriteTokens: 30 };
    expect(costMicroUsd(usage({ inputTokens, ...parts }), { ...rates(1), tiers })).toBe(expected);
    const outputTokens = 10;
    expect(costMicroUsd(usage({ inputTokens, outputTokens }), { ...rates(1), tiers })).toBe(
      expected + (expected / inputTokens) * outputTokens,
    );
  });

  it('charges nothing for floating-point dust', () => {
    expect(0.07 * 100).toBeGreaterThan(7);
    expect(costMicroUsd(usage({ outputTokens: 100 }), { ...price, output: 0.07 })).toBe(7);
  });

  it('charges what is hardly anything', () => {
    expect(costMicroUsd(usage({ inputTokens: 1 }), { ...price, input: 0.000001 })).toBe(1);
  });
});

describe('usdText', () => {
  it.each([
    [0, '0'],
    [1, '0.000001'],
    [42, '0.000042'],
    [1_000_000, '1'],
    [1_500_000, '1.5'],
    [120_000_010, '120.00001'],
  ])('%d micro-USD is %s', (microUsd, text) => {
    expect(usdText(microUsd)).toBe(text);
  });

  it('is read back as what it was', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000_000_000 }), (microUsd) => {
        const text = usdText(microUsd);
        expect(text).toMatch(/^\d+(\.\d*[1-9])?$/);
        expect(Math.round(Number(text) * 1e6)).toBe(microUsd);
      }),
    );
  });
});
