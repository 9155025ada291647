import { describe, expect, it } from 'vitest';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { contradictions } from '../../../../worker/core/config/contradictions.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import { JUDGE_TENANT } from '../../../../worker/core/slo/judge/judge.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';

const QUALITY = { name: 'chat-quality', sli: 'quality', target: 90 };
const JUDGE = { alias: 'cheap', dailyUsd: 1 };

const written = (judge: unknown, more: object = {}) => ({
  aliases: {
    chat: { deployments: [{ id: 'a', fromEnvironment: 'PROVIDER_A' }] },
    cheap: { deployments: [{ id: 'b', fromEnvironment: 'PROVIDER_B' }] },
  },
  features: { chat: {} },
  defaultFeature: 'chat',
  slo: { objectives: [QUALITY], judge },
  ...more,
});

function resolved(judge: unknown) {
  const checked = checkConfig(written(judge), PRESETS);
  if (!checked.ok) throw new Error(checked.error.map(problemText).join());
  return resolveConfig(checked.value, {}, PRESETS).config;
}

function problems(judge: unknown, more: object = {}): string[] {
  const input = written(judge, more);
  const checked = checkConfig(input, PRESETS);
  if (!checked.ok) return checked.error.map(problemText);
  return contradictions(checked.value, input, PRESETS)
    .filter(({ path }) => path.includes('judge') || path.includes(JUDGE_TENANT))
    .map(problemText);
}

describe('a judge', () => {
  it('is off where config has none', () => {
    expect(resolved(undefined).judge).toBeUndefined();
    expect(resolved(undefined).tenants.has(JUDGE_TENANT)).toBe(false);
  });

  it('rates one answer in a hundred of all features by all rubrics, on a budget of its own', () => {
    const config = resolved({ ...JUDGE, monthlyUsd: 20 });
    expect(config.judge).toEqual({
      ...{ alias: 'cheap', sample: 0.01, rubrics: ['helpful', 'factual', 'harmful', 'follows'], features: null },
      maxOutputTokens: 500,
    });
    expect(config.tenants.get(JUDGE_TENANT)).toMatchObject({
      limits: { dailyMicroUsd: 1_000_000, monthlyMicroUsd: 20_000_000 },
      whenLedgerUnreachable: { budgets: 'refuse' },
    });
    expect(problems(JUDGE)).toEqual([]);
  });

  it.each<[object, object, string]>([
    [
      { ...JUDGE, sample: 0 },
      {},
      'slo.judge.sample: write the share of answers that is judged, such as 0.01; at most 1',
    ],
    [
      { ...JUDGE, sample: 2 },
      {},
      'slo.judge.sample: write the share of answers that is judged, such as 0.01; at most 1',
    ],
    [{ ...JUDGE, rubrics: ['kind'] }, {}, 'slo.judge.rubrics[0]: write some of helpful, factual, harmful, follows'],
    [{ ...JUDGE, rubrics: [] }, {}, 'slo.judge.rubrics: write at least one rubric, or leave it out'],
    [
      { ...JUDGE, alias: 'chaet' },
      {},
      'slo.judge.alias: "chaet" is not an alias; did you mean "chat"? Write one of chat, cheap',
    ],
    [
      { ...JUDGE, features: ['chatt'] },
      {},
      'slo.judge.features[0]: "chatt" is not a feature; did you mean "chat"? Write chat',
    ],
    [{ alias: 'cheap' }, {}, 'slo.judge: has no budget; write dailyUsd or monthlyUsd, such as dailyUsd: 1'],
    [
      JUDGE,
      { tenants: { [JUDGE_TENANT]: {} } },
      `tenants["${JUDGE_TENANT}"]: is the judge’s own tenant; its limits are slo.judge.dailyUsd and monthlyUsd`,
    ],
    [JUDGE, { slo: { judge: JUDGE } }, 'slo.judge: counts for no promise; write an objective with sli: "quality"'],
  ])('%j %j is refused with what would be right', (judge, more, problem) => {
    expect(problems(judge, more)).toEqual([problem]);
  });
});
