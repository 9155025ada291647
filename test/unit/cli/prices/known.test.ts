import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import type { MatchLogic } from '@pydantic/genai-prices';
import { describe, expect, it } from 'vitest';
import { KNOWN_HOSTS, knownPricesSource } from '../../../../cli/prices/known.ts';
import { listOf } from '../../../../cli/prices/list.ts';
import { listedPrice } from '../../../../cli/prices/listed-price.ts';
import { knownPricesPath } from '../../../../cli/prices/table.ts';
import { knownPrice } from '../../../../worker/core/pricing/known-price.ts';

const OPENAI = 'https://api.openai.com/v1';

describe('the bundled list', () => {
  const source = readFileSync(knownPricesPath, 'utf8');

  it('in the repository is that of the list that is installed: npm run build writes it', async () => {
    expect(source).toBe(await knownPricesSource());
  });

  it('takes at most 8 KB of the bundle, gzipped', () => {
    expect(gzipSync(source).byteLength).toBeLessThanOrEqual(8 * 1024);
  });

  const namesIn = (match: MatchLogic): string[] => {
    if ('or' in match) return match.or.flatMap(namesIn);
    if ('and' in match) return match.and.flatMap(namesIn);
    if ('regex' in match) return [];
    return Object.values(match).flatMap((name) => [
      name,
      `${name}-2026-01-01`,
      `${name}-latest`,
      `${name}-5`,
      `${name}x`,
    ]);
  };

  it.each(Object.entries(KNOWN_HOSTS))(
    'at %s knows the models of %s as the list does, and no others',
    async (host, id) => {
      const list = await listOf(id);
      if (list === undefined) throw new Error(id);
      let found = 0;
      for (const name of new Set(list.models.flatMap(({ match }) => namesIn(match)))) {
        const known = knownPrice(`https://${host}/v1`, name);
        if (known === undefined) continue;
        found++;
        expect([name, known]).toEqual([
          name,
          { tiers: [], ...listedPrice(list, name, new Date(), 'dearest from then on') },
        ]);
      }
      expect(found).toBeGreaterThan(10);
    },
  );
});

describe('a known model', () => {
  it('has its whole price, with its tiers', () => {
    const terra = {
      input: 2,
      output: 12,
      cachedInput: 0.2,
      cacheWrite: 2.5,
      tiers: [{ fromInputTokens: 272_000, input: 4, output: 18, cachedInput: 0.4, cacheWrite: 5 }],
    };
    for (const name of ['gpt-5.6-terra', 'GPT-5.6-Terra', 'gpt-5.6-terra-2026-07-01'])
      expect(knownPrice(OPENAI, name)).toEqual(terra);
    expect(knownPrice('https://API.openai.com:443/v1', 'gpt-5.6-terra')).toEqual(terra);
    expect(knownPrice('https://api.anthropic.com/v1', 'claude-haiku-4-5-20251001')).toMatchObject({ cacheWrite: 1.25 });
    expect(knownPrice('https://generativelanguage.googleapis.com/v1beta/openai', 'gemini-2.5-pro')).toMatchObject({
      output: 10,
    });
    // As Google's own list of models names it.
    const gemini = 'https://generativelanguage.googleapis.com/v1beta/openai';
    expect(knownPrice(gemini, 'models/gemini-2.5-pro')).toEqual(knownPrice(gemini, 'gemini-2.5-pro'));
    expect(knownPrice('https://api.deepseek.com', 'deepseek-v4-pro')).toMatchObject({ cachedInput: 0.044 });
  });

  it.each([
    ['a relative', OPENAI, 'gpt-5.6-terra-pro'],
    ['a later version', 'https://api.anthropic.com/v1', 'claude-sonnet-5-5'],
    ['a speaking one', 'https://generativelanguage.googleapis.com/v1beta/openai', 'gemini-2.5-pro-preview-tts'],
    ['an empty name', OPENAI, ''],
    ['a line of the list', OPENAI, 'gpt-5-mini = 0'],
    ['a pattern of the list', OPENAI, 'gpt-5-nano-*'],
    ['a host that only looks alike', 'https://api.openai.com.example.net/v1', 'gpt-5-mini'],
    ['a host in front of a name', 'https://api.openai.com@example.net/v1', 'gpt-5-mini'],
    ['a region with a surcharge', 'https://eu.api.openai.com/v1', 'gpt-5-mini'],
    ['another port', 'https://api.openai.com:8443/v1', 'gpt-5-mini'],
    ['no https', 'http://api.openai.com/v1', 'gpt-5-mini'],
    ['a property of every object', 'https://constructor/v1', 'gpt-5-mini'],
    ['a model of another maker', 'https://api.anthropic.com/v1', 'gpt-5-mini'],
    ['no address', '', 'gpt-5-mini'],
  ])('is not %s', (_, apiBase, model) => {
    expect(knownPrice(apiBase, model)).toBeUndefined();
  });
});
