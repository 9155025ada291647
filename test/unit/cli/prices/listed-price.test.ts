import type { ConditionalPrice, MatchLogic, ModelPrice, Provider } from '@pydantic/genai-prices';
import { calcPrice } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { listOf } from '../../../../cli/prices/list.ts';
import { listedPrice, similarModels } from '../../../../cli/prices/listed-price.ts';
import { costMicroUsd } from '../../../../worker/core/pricing/cost.ts';

const today = new Date('2026-11-21T12:00:00Z');

function listWith(prices: ModelPrice | ConditionalPrice[], match: MatchLogic = { equals: 'm' }): Provider {
  return { id: 'p', name: 'P', api_pattern: '', models: [{ id: 'm', match, prices }] };
}
const priceOf = (prices: ModelPrice | ConditionalPrice[], at = today) => listedPrice(listWith(prices), 'm', at);

describe('a listed price', () => {
  it('has what the list leaves out at the price of the whole', () => {
    const least = { input_mtok: 2, output_mtok: 8 };
    expect(priceOf(least)).toEqual({ input: 2, output: 8, cachedInput: 2, cacheWrite: 2 });
    const parts = { cache_read_mtok: 0.2, cache_write_mtok: 2.5, cache_write_1h_mtok: 4, output_reasoning_mtok: 3 };
    const whole = { input: 2, output: 8, cachedInput: 0.2, cacheWrite: 2.5, reasoning: 3 };
    expect(priceOf({ ...least, ...parts })).toEqual(whole);
  });

  it('has the fee for a request, and none for tools that are not sent', () => {
    const price = priceOf({ input_mtok: 3, output_mtok: 15, requests_kcount: 14, web_searches_kcount: 10 });
    expect(price).toEqual({ input: 3, output: 15, cachedInput: 3, cacheWrite: 3, usdPerRequest: 0.014 });
  });

  it('counts pictures among the tokens, as the dearer of the two', () => {
    expect(
      priceOf({ input_mtok: 5, input_image_mtok: 8, cache_read_mtok: 1, output_mtok: 10, output_image_mtok: 32 }),
    ).toEqual({ input: 8, output: 32, cachedInput: 1, cacheWrite: 8 });
  });

  it.each([
    ['an embedding', { input_mtok: 1 }],
    ['one paid by the hour', { audio_hours: 1 }],
    ['one that is free for now', {}],
  ])('does not exist for %s', (_, prices) => {
    expect(priceOf(prices)).toBeUndefined();
  });

  it('has tiers from the first token above their start', () => {
    const price = priceOf({
      input_mtok: {
        base: 1,
        tiers: [
          { start: 500, price: 3 },
          { start: 99, price: 2 },
          { start: 100, price: 2.5 },
        ],
      },
      output_mtok: { base: 4, tiers: [{ start: 99, price: 6 }] },
      cache_read_mtok: 0.5,
    });
    expect(price).toEqual({
      input: 1,
      output: 4,
      cachedInput: 0.5,
      cacheWrite: 1,
      tiers: [
        { fromInputTokens: 100, input: 2, output: 6, cachedInput: 0.5, cacheWrite: 2 },
        { fromInputTokens: 101, input: 2.5, output: 6, cachedInput: 0.5, cacheWrite: 2.5 },
        { fromInputTokens: 501, input: 3, output: 6, cachedInput: 0.5, cacheWrite: 3 },
      ],
    });
  });

  const flat = (rate: number): ModelPrice => ({ input_mtok: rate, output_mtok: rate });
  const price = (rate: number) => ({ input: rate, output: rate, cachedInput: rate, cacheWrite: rate });
  const from = (date: string, rate: number): ConditionalPrice => ({
    constraint: { type: 'start_date', start_date: date },
    prices: flat(rate),
  });
  const daily = (rate: number): ConditionalPrice => ({
    constraint: { type: 'time_of_date', start_time: '01:00:00Z', end_time: '04:00:00Z' },
    prices: flat(rate),
  });

  it('is the last that has begun', () => {
    const prices = [{ prices: flat(9) }, from('2026-08-01', 2), from('2026-11-21', 3), from('2027-01-01', 5)];
    expect(priceOf(prices)).toEqual(price(3));
    expect(priceOf(prices, new Date('2026-11-20T23:59:59Z'))).toEqual(price(2));
    expect(priceOf(prices, new Date('2026-11-21T00:00:00Z'))).toEqual(price(3));
    expect(priceOf(prices, new Date('2025-01-01'))).toEqual(price(9));
    expect(priceOf(prices, new Date('2027-02-01'))).toEqual(price(5));
  });

  it('is the dearest of a day, whatever the hour', () => {
    expect(priceOf([{ prices: flat(1) }, from('2026-08-01', 2), daily(4)])).toEqual(price(4));
    expect(priceOf([{ prices: flat(9) }, from('2026-08-01', 2), daily(1)])).toEqual(price(2));
    expect(priceOf([{ prices: flat(3) }, daily(1), daily(2)])).toEqual(price(3));
  });
});

describe('a model', () => {
  const finds = (match: MatchLogic, model: string) =>
    listedPrice(listWith({ input_mtok: 1, output_mtok: 1 }, match), model, today) !== undefined;

  it.each<[MatchLogic, string]>([
    [{ equals: 'gpt-5' }, 'GPT-5'],
    [{ or: [{ equals: 'a' }, { equals: 'gpt-5' }] }, 'gpt-5'],
    [{ starts_with: 'claude-haiku-4-5' }, 'claude-haiku-4-5'],
    [{ starts_with: 'claude-haiku-4-5' }, 'claude-haiku-4-5-20251001'],
    [{ starts_with: 'claude-sonnet-4-2025' }, 'claude-sonnet-4-20250514'],
    [{ starts_with: 'claude-sonnet-4@' }, 'claude-sonnet-4@20250514'],
    [{ starts_with: 'gpt-5-nano-' }, 'gpt-5-nano-2025-08-07'],
    [{ starts_with: 'claude-3-5-haiku' }, 'claude-3-5-haiku-latest'],
    [{ starts_with: 'gemini-1.5-pro' }, 'gemini-1.5-pro-002'],
    [{ regex: String.raw`^gpt-5\.5-\d{4}-\d{2}-\d{2}$` }, 'gpt-5.5-2026-04-23'],
    [{ and: [{ starts_with: 'gemini-2.5-pro' }, { regex: '^(?!.*-tts)' }] }, 'gemini-2.5-pro'],
    [{ ends_with: 'gemini-2.0-flash' }, 'gemini-2.0-flash'],
    [{ contains: 'claude-v2' }, 'claude-v2'],
  ])('%j is %s', (match, model) => {
    expect(finds(match, model)).toBe(true);
  });

  it.each<[MatchLogic, string]>([
    [{ equals: 'gpt-5' }, 'gpt-5-2025-08-07'],
    [{ starts_with: 'claude-sonnet-5' }, 'claude-sonnet-5-5'],
    [{ starts_with: 'claude-sonnet-5' }, 'claude-sonnet-5-5-20270101'],
    [{ starts_with: 'deepseek-v4' }, 'deepseek-v4-pro'],
    [{ regex: '^o[134]' }, 'o3'],
    [{ regex: '^(?!.*-tts)' }, 'anything'],
    [{ regex: '^(?!.*-tts).*$' }, 'anything'],
    [{ and: [{ starts_with: 'gemini-2.5-pro' }, { regex: '^(?!.*-tts)' }] }, 'gemini-2.5-pro-tts'],
    [{ ends_with: 'gemini-2.0-flash' }, 'my-gemini-2.0-flash'],
    [{ contains: 'claude-v2' }, 'claude-v2-large'],
  ])('%j is not %s, which may cost something else', (match, model) => {
    expect(finds(match, model)).toBe(false);
  });

  it('gets suggestions of names like its own, the closest first', () => {
    const names = ['gpt-5-mini', 'gpt-5', 'gpt-5-image', 'gpt-5-mix', 'gpt-5-micro', 'whisper'];
    const models = names.map((id) => ({ id, match: { equals: id }, prices: {} }));
    const list = { ...listWith({}), models };
    expect(similarModels(list, 'gpt-5-mni')).toEqual(['gpt-5-mini', 'gpt-5-mix', 'gpt-5-micro']);
    expect(similarModels(list, 'gpt-9')).toEqual([]);
    expect(similarModels(list, 'o3')).toEqual([]);
  });
});

/** Compares the list's own calculation with ours, at noon and at night, below, at and above the start of long requests. */
describe.each([
  ['openai', 'gpt-5-mini'],
  ['openai', 'gpt-5.6-terra'],
  ['openai', 'o3'],
  ['anthropic', 'claude-haiku-4-5-20251001'],
  ['anthropic', 'claude-sonnet-4-5'],
  ['deepseek', 'deepseek-chat'],
  ['deepseek', 'deepseek-v4-pro'],
  ['perplexity', 'sonar-deep-research'],
  ['perplexity', 'sonar-pro'],
])('%s %s', (provider, model) => {
  it.each([1000, 200_000, 200_001, 271_999, 272_000, 900_000])(
    'costs for %d tokens what the list says at its dearest',
    async (inputTokens) => {
      const list = await listOf(provider);
      const price = list && listedPrice(list, model, today);
      if (!price) throw new Error('not listed');
      const usage = {
        inputTokens,
        cachedInputTokens: 200,
        cacheWriteTokens: 300,
        outputTokens: 5000,
        reasoningTokens: 1000,
      };
      const theirs = {
        input_tokens: inputTokens,
        cache_read_tokens: usage.cachedInputTokens,
        cache_write_tokens: usage.cacheWriteTokens,
        output_tokens: usage.outputTokens,
        output_reasoning_tokens: usage.reasoningTokens,
        output_citation_tokens: 0,
      };
      const atEachHour = Array.from({ length: 24 }, (_, hour) => {
        const timestamp = new Date(Date.UTC(2026, 10, 21, hour));
        return calcPrice(theirs, model, { providerId: provider, timestamp })?.total_price ?? Number.NaN;
      });
      expect(costMicroUsd(usage, price)).toBe(Math.ceil(Math.max(...atEachHour) * 1e6 * (1 - 1e-12)));
    },
  );
});
