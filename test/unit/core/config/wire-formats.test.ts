import { describe, expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { WIRE_FORMATS } from '../../../../worker/core/config/wire-format.ts';
import { adapterFor } from '../../../../worker/providers/formats.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

function slotWith(format: string) {
  const input = {
    aliases: { 'app/chat': { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] } },
    features: { chat: {} },
    defaultFeature: 'chat',
  };
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) throw new Error(JSON.stringify(checked.error));
  const [address, key, model] = ['https://models.example/v1', 'key-a', 'model-a'];
  const price = { PROVIDER_A_PRICE_INPUT: '1', PROVIDER_A_PRICE_OUTPUT: '2' };
  const variables = { PROVIDER_A_API_BASE: address, PROVIDER_A_KEY: key, PROVIDER_A_MODEL: model, ...price };
  return resolveConfig(checked.value, { ...variables, PROVIDER_A_FORMAT: format }, PRESETS);
}

describe.each(WIRE_FORMATS)('a slot that says %s', (format) => {
  it('gets that format, its adapter and the habits of any API that speaks it', () => {
    const { config, missing } = slotWith(format);
    expect(missing).toEqual([]);
    const [deployment] = config.aliases.get('app/chat')?.deployments ?? [];
    expect(deployment).toMatchObject({ format, quirks: PRESETS[`${format}-compatible`]?.quirks });
    expect(PRESETS[`${format}-compatible`]).toMatchObject({ format });
    expect(PRESETS[`${format}-compatible`]?.apiBase).toBeUndefined();
    const chat = { model: 'a', messages: [{ role: 'user' as const, content: 'Hi' }], rest: {} };
    const target = { ...deployment, defaultMaxOutputTokens: 100 } as Parameters<
      ReturnType<typeof adapterFor>['request']
    >[1];
    const outgoing = adapterFor(format).request({ ...chat, stream: false, includeUsage: false }, target);
    expect(outgoing.url).toMatch(/^https:\/\/models\.example\/v1\//);
  });
});

it.each(['gemini', 'OpenAI', 'toString', 'openai,anthropic'])('%s is no format, and never taken for one', (format) => {
  expect(slotWith(format).missing).toEqual([
    { name: 'PROVIDER_A_FORMAT', problem: `must be ${WIRE_FORMATS.map((name) => `"${name}"`).join(' or ')}` },
  ]);
});
