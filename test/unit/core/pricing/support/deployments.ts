import fc from 'fast-check';
import type { Deployment, Price, PricingSettings } from '../../../../../worker/core/config/config.ts';
import { PRESETS } from '../../../../../worker/providers/presets.ts';
import { deployment } from '../../../pipeline/support/router.ts';

/** Without overheads: what is counted must cover what adapters send. */
export const BARE: PricingSettings = {
  feePerRequestUsd: 0,
  overheadTokensPerRequest: 0,
  overheadTokensPerTool: 0,
  tokensPerImage: 1_000,
  tokensPerFile: 5_000,
};

const dollars = fc.integer({ min: 0, max: 2_000 }).map((cents) => cents / 100);
const tokenPrices = fc.record({
  input: dollars,
  output: dollars,
  cachedInput: dollars,
  cacheWrite: dollars,
  reasoning: fc.option(dollars, { nil: undefined }),
});
export const price: fc.Arbitrary<Price> = fc
  .record({
    base: tokenPrices,
    usdPerRequest: fc.option(fc.constantFrom(0.001, 0.02), { nil: undefined }),
    tiers: fc.array(fc.tuple(fc.integer({ min: 1, max: 3_000 }), tokenPrices), { maxLength: 2 }),
  })
  .map(({ base, usdPerRequest, tiers }) => ({
    ...base,
    usdPerRequest,
    tiers: tiers
      .map(([fromInputTokens, prices]) => ({ ...prices, fromInputTokens }))
      .sort((one, other) => one.fromInputTokens - other.fromInputTokens),
  }));

export const MODELS = {
  openai: ['gpt-5.6-terra', 'some-model'],
  anthropic: ['claude-haiku-4-5', 'claude-sonnet-4-6', 'claude-opus-5-5', 'claude-3-5-haiku', 'some-model'],
};
/** Fields that config may let through, with their prices. */
export const ALLOWED = {
  service_tier: { usdPerRequest: 0, priceFactor: 2 },
  web_search_options: { usdPerRequest: 0.01, priceFactor: 1 },
  prediction: { usdPerRequest: 0, priceFactor: 1.5 },
  models: { usdPerRequest: 0.001, priceFactor: 3 },
  file: { usdPerRequest: 0.005, priceFactor: 1 },
  input_audio: { usdPerRequest: 0, priceFactor: 4 },
};

export const aDeployment: fc.Arbitrary<Deployment> = fc
  .record({
    preset: fc.constantFrom(...Object.keys(PRESETS)),
    price,
    allowParams: fc.subarray(Object.keys(ALLOWED) as (keyof typeof ALLOWED)[]),
    model: fc.nat(),
  })
  .map(({ preset, price, allowParams, model }) => {
    const { format = 'openai', quirks = {} } = PRESETS[preset] ?? {};
    const models = MODELS[format];
    return deployment(preset, {
      format,
      quirks,
      price,
      allowParams,
      model: models[model % models.length] ?? 'some-model',
      paramCosts: Object.fromEntries(allowParams.map((name) => [name, ALLOWED[name]])),
    });
  });

export const someDeployments = fc.array(aDeployment, { minLength: 1, maxLength: 3 });
