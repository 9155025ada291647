import { describe, expect, it } from 'vitest';
import { listAt } from '../../../../cli/prices/list.ts';
import { knownSlotPrices, slotPriceLines } from '../../../../cli/prices/slots.ts';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const checked = checkConfig(
  {
    aliases: { chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
    features: { chat: {} },
    defaultFeature: 'chat',
  },
  PRESETS,
);
if (!checked.ok) throw new Error(JSON.stringify(checked.error));
const { value: config } = checked;
const filled = {
  PROVIDER_A_API_BASE: 'https://api.openai.com/v1',
  PROVIDER_A_KEY: 'k',
  PROVIDER_A_MODEL: 'gpt-5.6-terra',
  PROVIDER_B_API_BASE: 'https://api.openai.com/v1',
  PROVIDER_B_MODEL: 'gpt-5-mini',
};
const today = new Date('2026-11-21');
const known = (variables: Record<string, string>) => knownSlotPrices(config, variables, today);

describe('a slot of the config', () => {
  it('with a model that the list knows is given its whole price, and says so', async () => {
    const prices = await known(filled);
    expect(Object.keys(prices)).toEqual(['PROVIDER_A_PRICE']);
    const { config: resolved, missing } = resolveConfig(config, { ...filled, ...prices }, PRESETS);
    expect(missing).toEqual([]);
    expect(resolved.aliases.get('chat')?.deployments[0]?.price).toEqual({
      input: 2,
      output: 12,
      cachedInput: 0.2,
      cacheWrite: 2.5,
      tiers: [{ fromInputTokens: 272_000, input: 4, output: 18, cachedInput: 0.4, cacheWrite: 5 }],
    });
    expect(slotPriceLines(config, { ...filled, ...prices }, prices)).toEqual([
      'PROVIDER_A costs 2 USD per million input tokens and 12 per million output tokens, the list price of 2026-09-23',
    ]);
  });

  it.each([
    ['a model nobody knows', { PROVIDER_A_MODEL: 'nobody-knows' }],
    ['a host nobody knows', { PROVIDER_A_API_BASE: 'http://localhost:8788/v1' }],
    ['what is no URL', { PROVIDER_A_API_BASE: 'api.openai.com' }],
    ['a price of its own', { PROVIDER_A_PRICE_INPUT: '1' }],
    ['a whole price of its own', { PROVIDER_A_PRICE: '{"input":1,"output":2}' }],
  ])('with %s is given none', async (_, more) => {
    expect(await known({ ...filled, ...more })).toEqual({});
  });

  it.each<[string, Record<string, string>, string]>([
    [
      'a guess',
      { PROVIDER_A_MODEL: 'nobody-knows', CARRYON_LOCAL: '1' },
      'costs 1 USD per million input tokens and 4 per million output tokens, a guess: the list does not know "nobody-knows" there; write PROVIDER_A_PRICE={"input":…',
    ],
    [
      'nothing',
      { PROVIDER_A_MODEL: 'nobody-knows' },
      'has no price, and the list does not know "nobody-knows" there; write PROV',
    ],
    [
      'half',
      { PROVIDER_A_MODEL: 'nobody-knows', PROVIDER_A_PRICE_INPUT: '1', CARRYON_LOCAL: '1' },
      'has no price, and the',
    ],
    [
      'its variables',
      { PROVIDER_A_MODEL: 'nobody-knows', PROVIDER_A_PRICE_INPUT: '1', PROVIDER_A_PRICE_OUTPUT: '2' },
      'costs 1 USD per million input tokens and 2 per million output tokens (1.25 for input written to a cache), by its variables',
    ],
    [
      'the list above its variables',
      { PROVIDER_A_PRICE_INPUT: '1', PROVIDER_A_PRICE_OUTPUT: '20' },
      'costs 2 USD per million input tokens and 20 per million output tokens (2.5 for input written to a cache), by its variables or by the list',
    ],
  ])('says that it is counted with %s', async (_, more, text) => {
    const given = { ...filled, ...more };
    const lines = slotPriceLines(config, given, await known(given));
    expect(lines).toEqual([expect.stringContaining(text)]);
    expect(lines.join()).not.toContain('api.openai.com');
  });

  it('of the sandbox, or not filled yet, says nothing', () => {
    expect(slotPriceLines(config, {}, {})).toEqual([]);
    expect(slotPriceLines(config, { ...filled, PROVIDER_A_KEY: 'sandbox-key' }, {})).toEqual([]);
  });

  it('without host or model is given none', async () => {
    expect(await known({ PROVIDER_A_API_BASE: filled.PROVIDER_A_API_BASE })).toEqual({});
    expect(await known({ PROVIDER_A_MODEL: filled.PROVIDER_A_MODEL })).toEqual({});
  });
});

describe('the list', () => {
  it.each([
    ['https://API.openai.com', 'openai'],
    ['https://api.openai.com:443/v1/', 'openai'],
    ['https://api.anthropic.com/v1', 'anthropic'],
    ['https://api.moonshot.ai/v1', 'moonshotai'],
    ['https://generativelanguage.googleapis.com/v1beta/openai', 'google'],
    ['https://bedrock-runtime.us-east-1.amazonaws.com/v1', 'aws'],
    // Another maker's model, and one for which the list has only the cheapest of many prices.
    ['https://api.openai.com.example.net/v1', undefined],
    ['https://openrouter.ai/api/v1', undefined],
    ['http://api.openai.com/v1', undefined],
  ])('at %s is that of %s', async (apiBase, id) => {
    expect((await listAt(apiBase))?.id).toBe(id);
  });
});
