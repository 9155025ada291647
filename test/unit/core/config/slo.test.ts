import { describe, expect, it, test } from 'vitest';
import { checkConfig, problemText } from '../../../../worker/core/config/check.ts';
import { resolveConfig } from '../../../../worker/core/config/resolve.ts';
import type { ConfigInput } from '../../../../worker/core/config/schema.ts';
import { SLO_PRESETS } from '../../../../worker/core/config/slo-presets.ts';
import { PRESETS } from '../../../../worker/providers/presets.ts';
import { checkedOf, configOf, found, type SloInput, SUCCESS, TTFT } from './support/slo-config.ts';

const DAY_MS = 86_400_000;

/** As the router uses it, deployed. */
const resolved = (slo: SloInput | undefined, more: Partial<ConfigInput> = {}, variables = {}) =>
  resolveConfig(checkedOf(slo, more), variables, PRESETS).config.slo;

describe('what is promised', () => {
  test('without slo: each feature answers, starts in time, and costs little', () => {
    const slo = resolved(undefined);
    expect(slo.objectives).toEqual(
      ['chat', 'summarize'].flatMap((feature) => [
        expect.objectContaining({
          ...{ name: `${feature}-success`, feature, sli: { kind: 'success' } },
          ...{ target: 99.5, promised: 99.5, windowMs: 30 * DAY_MS, countsInSlo: false, tenant: null, of: [] },
        }),
        expect.objectContaining({
          ...{ name: `${feature}-ttft`, feature, sli: { kind: 'ttft', underMs: 2_500 }, target: 95, promised: 95 },
        }),
      ]),
    );
    expect(slo.averages[0]).toEqual({
      name: 'chat-cost',
      feature: 'chat',
      averageMicroUsd: 15_000,
      windowMs: 30 * DAY_MS,
    });
    expect(slo).toMatchObject({
      service: 'Carryon',
      retentionDays: 400,
      staleIs: 'good',
      minErrors: 5,
      noDataAfterMs: 7_200_000,
    });
  });

  test('every preset is free of contradictions', () => {
    for (const preset of Object.keys(SLO_PRESETS) as (keyof typeof SLO_PRESETS)[]) {
      expect(found({ preset })).toEqual([]);
      expect(resolved({ preset }).objectives.length).toBeGreaterThan(2);
    }
  });

  test('written objectives override the preset by name, field by field', () => {
    const objectives = [
      { name: 'chat-ttft', under: '1s' },
      { name: 'dear', sli: 'cost', atMostUsd: 0.02, target: 90 },
    ] as const;
    const slo = resolved({
      preset: 'chat',
      objectives: [...objectives],
      averages: [{ name: 'chat-cost', averageUsd: 0.5 }],
    });
    expect(slo.objectives.map(({ name }) => name)).toEqual([
      'chat-success',
      'chat-ttft',
      'summarize-success',
      'summarize-ttft',
      'dear',
    ]);
    expect(slo.objectives[1]).toMatchObject({ feature: 'chat', target: 95, sli: { kind: 'ttft', underMs: 1_000 } });
    expect(slo.objectives[4]).toMatchObject({ feature: null, sli: { kind: 'cost', atMostMicroUsd: 20_000 } });
    expect(slo.averages[0]).toMatchObject({ feature: 'chat', averageMicroUsd: 500_000 });
  });

  test('written objectives without a preset are all there are', () => {
    const slo = resolved({
      objectives: [{ ...SUCCESS, promised: 99, window: '7d', why: 'They pay.', team: 'ai', countsInSlo: true }],
    });
    expect(slo.objectives).toEqual([
      {
        ...{
          name: 'chat-success',
          sli: { kind: 'success' },
          feature: 'chat',
          tenant: null,
          target: 99.5,
          promised: 99,
        },
