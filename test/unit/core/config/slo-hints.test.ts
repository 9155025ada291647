/** What the build proposes where an objective names nothing that exists. */
import { expect, it } from 'vitest';
import { checkConfig } from '../../../../worker/core/config/check.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { sloContradictions } from '../../../../worker/core/config/slo-contradictions.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const deployment = { id: 'a', provider: 'openai', model: 'gpt', price: { input: 1, output: 1 } } as const;

it.each<[string, ConfigInput['slo'], string]>([
  [
    'a misspelt objective of the preset',
    { preset: 'chat', objectives: [{ name: 'chat-sucess', target: 99 }] },
    '. To change an objective of the preset, write its name: did you mean "chat-success"?',
  ],
  [
    'a default promise changed without its preset',
    { objectives: [{ name: 'chat-success', target: 99 }] },
    '. To keep the default promises and change this one, add preset: "chat"',
  ],
  [
    'a composite of nothing',
    { objectives: [{ name: 'all', of: ['a', 'b'] }] },
    '"a" is not an objective; there are none',
  ],
])('%s', (_, slo, hint) => {
  const aliases = { chat: { deployments: [deployment] } };
  const checked = checkConfig({ aliases, features: { chat: {} }, defaultFeature: 'chat', slo }, PRESETS);
  if (!checked.ok) throw new Error('refused by the schema');
  expect(sloContradictions(checked.value)[0]?.message).toContain(hint);
});
