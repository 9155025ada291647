/** Configs with promises, and what the build says of them. */
import { checkConfig, problemText } from '../../../../../worker/core/config/check.ts';
import type { ConfigInput } from '../../../../../worker/core/config/schema.ts';
import { sloContradictions } from '../../../../../worker/core/config/slo-contradictions.ts';
import { PRESETS } from '../../../../../worker/providers/presets.ts';

export type SloInput = NonNullable<ConfigInput['slo']>;

export const configOf = (slo: SloInput | undefined, more: Partial<ConfigInput> = {}): ConfigInput => ({
  aliases: { chat: { deployments: [{ id: 'a', provider: 'openai', model: 'gpt', price: { input: 1, output: 1 } }] } },
  features: { chat: {}, summarize: {} },
  defaultFeature: 'chat',
  ...(slo !== undefined && { slo }),
  ...more,
});

export function checkedOf(slo: SloInput | undefined, more: Partial<ConfigInput> = {}) {
  const checked = checkConfig(configOf(slo, more), PRESETS);
  if (!checked.ok) throw new Error(checked.error.map(problemText).join('\n'));
  return checked.value;
}

export const found = (slo: SloInput, more: Partial<ConfigInput> = {}) =>
  sloContradictions(checkedOf(slo, more)).map((one) => `${one.isError ? 'error' : 'warning'} ${problemText(one)}`);

export const SUCCESS = { name: 'chat-success', sli: 'success', feature: 'chat', target: 99.5 } as const;
export const TTFT = { name: 'chat-ttft', sli: 'ttft', feature: 'chat', under: '2.5s', target: 95 } as const;
