import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import type { PriceRow } from '../../../../worker/core/config/config.ts';
import { fillPrices, unpriced } from '../../../../worker/core/pricing/fill-prices.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const own = { input: 1, output: 2 };
const checked = checkConfig(
  {
    aliases: {
      chat: {
        deployments: [
          { id: 'slot', fromEnvironment: 'PROVIDER_A' },
          { id: 'own', provider: 'openai', model: 'm', price: own },
          { id: 'listed', provider: 'openai', model: 'm' },
        ],
      },
      other: { deployments: [{ id: 'elsewhere', provider: 'anthropic', model: 'm' }] },
    },
    features: { chat: {} },
    defaultFeature: 'chat',
  },
  PRESETS,
);
if (!checked.ok) throw new Error(JSON.stringify(checked.error));
const { value: config } = checked;
const listed = { input: 3, output: 4, cachedInput: 5, cacheWrite: 6 };
const row: PriceRow = { provider: 'openai', model: 'm', checkedAt: '2026-09-23', price: listed };

const pricesIn = (filled: typeof config) =>
  Object.values(filled.aliases).flatMap(({ deployments }) => deployments.map(({ price }) => price));

describe('the table’s prices', () => {
  it('are wanted where a provider’s model is named without one', () => {
    expect(unpriced(config)).toEqual([
      { path: ['aliases', 'chat', 'deployments', 2], provider: 'openai', model: 'm' },
      { path: ['aliases', 'other', 'deployments', 0], provider: 'anthropic', model: 'm' },
    ]);
  });

  it('are whole, stand below a deployment’s own, and are those of its own provider', () => {
    const filled = fillPrices(config, [row]);
    expect(pricesIn(filled)).toEqual([undefined, own, { ...listed, tiers: [] }, undefined]);
    expect(unpriced(filled).map(({ path }) => path)).toEqual([['aliases', 'other', 'deployments', 0]]);
    expect(unpriced(fillPrices(config, [row, { ...row, provider: 'anthropic' }]))).toEqual([]);
  });

  it('change nothing else', () => {
    expect(fillPrices(config, [])).toEqual(config);
  });
});
