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
        ...{ windowMs: 7 * DAY_MS, why: 'They pay.', team: 'ai', tier: null, of: [], countsInSlo: true, alerts: null },
      },
    ]);
    expect(slo.averages).toEqual([]);
  });

  test('a composite has what its parts have', () => {
    const parts = [SUCCESS, { ...TTFT, promised: 90 }, { name: 'retrieval', sli: 'external', target: 99 }] as const;
    const of = parts.map(({ name }) => name);
    const slo = resolved({ objectives: [...parts, { name: 'all', of }, { name: 'own', of, target: 90 }] });
    expect(slo.objectives[2]?.sli).toEqual({ kind: 'external', name: 'retrieval' });
    expect(slo.objectives[3]).toMatchObject({
      ...{ feature: 'chat', of, sli: { kind: 'all', of: [{ kind: 'success' }, { kind: 'ttft', underMs: 2_500 }] } },
      ...{ target: expect.closeTo(93.58, 2), promised: expect.closeTo(88.65, 1) },
    });
    expect(slo.objectives[4]).toMatchObject({ target: 90, promised: 90 });
  });

  test('a class is promised to each of its tenants', () => {
    const slo = resolved(
      {
        objectives: [SUCCESS],
        classes: { gold: { success: 99.9, ttft: '1s', latency: '20s' }, silver: { success: 99 } },
      },
      { tenants: { acme: { class: 'gold' }, Initech: { class: 'silver' }, hooli: {} } },
    );
    expect(
      slo.objectives.slice(1).map(({ name, tenant, feature, target, sli }) => [name, tenant, feature, target, sli]),
    ).toEqual([
      ['acme-success', 'acme', null, 99.9, { kind: 'success' }],
      ['acme-ttft', 'acme', null, 95, { kind: 'ttft', underMs: 1_000 }],
      ['acme-latency', 'acme', null, 95, { kind: 'latency', underMs: 20_000 }],
      ['Initech-success', 'Initech', null, 99, { kind: 'success' }],
    ]);
  });

  test('nothing is public by itself but in local mode', () => {
    expect([...resolved({ objectives: [SUCCESS] }).publicNames]).toEqual([]);
    const local = { CARRYON_LOCAL: '1' };
    expect([...resolved({ objectives: [SUCCESS] }, {}, local).publicNames]).toEqual(['chat-success']);
    expect([...resolved({ objectives: [SUCCESS], public: [] }, {}, local).publicNames]).toEqual([]);
    expect([...resolved({ objectives: [SUCCESS], public: ['chat-success'] }).publicNames]).toEqual(['chat-success']);
  });

  test('credits begin with the best month', () => {
    const credits = [
      { below: 99, percent: 25 },
      { below: 99.5, percent: 10 },
    ];
    expect(resolved({ credits }).credits.map(({ below }) => below)).toEqual([99.5, 99]);
  });
});

describe('a mistake', () => {
  it.each<[unknown, string]>([
    [
      { objectives: [{ ...SUCCESS, sli: 'sucess' }] },
      'slo.objectives[0].sli: write one of success, ttft, latency, cost',
    ],
    [
      { objectives: [{ ...SUCCESS, target: 101 }] },
      'slo.objectives[0].target: write a percentage from 1 to 100, such as 99.5',
    ],
    [
      { objectives: [{ ...SUCCESS, target: 0.99 }] },
      'slo.objectives[0].target: write a percentage from 1 to 100, such as 99.5',
    ],
    [
      { objectives: [{ ...SUCCESS, window: '10d' }] },
      'slo.objectives[0].window: write one of 1d, 3d, 7d, 14d, 28d, 30d, 60d',
    ],
    [{ objectives: [{ ...TTFT, under: 2.5 }] }, 'slo.objectives[0].under: write a duration with its unit'],
    [{ objectives: [{ ...SUCCESS, goal: 1 }] }, 'slo.objectives[0].goal: is not a setting; write one of name, sli'],
    [{ objectives: [{ name: 'all', of: ['one'] }] }, 'slo.objectives[0].of: write at least two objectives'],
    [
      { objectives: [{ ...SUCCESS, target: 99.99999 }] },
      'slo.objectives[0].target: write a percentage up to 99.9999, or 100',
    ],
    [{ objectives: [{ ...SUCCESS, team: '{{ ai' }] }, 'slo.objectives[0].team: write a name without "{{"'],
    [{ preset: 'chatt' }, 'slo.preset: write one of chat, realtime, rag, agent'],
    [{ staleIs: 'ok' }, 'slo.staleIs: write "good" or "bad"'],
    [{ retention: '30d' }, 'slo.retention: "30d" is out of range; write 62d to 800d'],
    [
      { maintenance: { windows: [{ from: 'soon' }] } },
      'slo.maintenance.windows[0].from: write a time such as "2027-01-31T02:00:00Z"',
    ],
  ])('%j', (slo, message) => {
    const checked = checkConfig({ ...configOf(undefined), slo }, PRESETS);
    expect(checked.ok ? [] : checked.error.map(problemText)).toContainEqual(expect.stringContaining(message));
  });
});

describe('what cannot be kept account of stops the build', () => {
  const window = (from: string, to: string, announcedAt = '2027-01-01T00:00:00Z') => ({
    from,
    to,
    reason: 'more disks',
    announcedAt,
  });
  it.each<[string, SloInput, Partial<ConfigInput>, string]>([
    [
      'a name twice',
      { objectives: [SUCCESS, SUCCESS] },
      {},
      'slo.objectives[1].name: "chat-success" is already the name of another promise',
    ],
    [
      'an average of an objective’s name',
      { objectives: [SUCCESS], averages: [{ name: 'chat-success', averageUsd: 1 }] },
      {},
      'slo.averages[0].name: "chat-success" is already the name',
    ],
    [
      'an objective of a preset’s average’s name',
      { preset: 'chat', objectives: [{ ...SUCCESS, name: 'chat-cost' }] },
      {},
      'slo.objectives[0].name: "chat-cost" is already the name',
    ],
    [
      'a class’s name',
      { objectives: [{ ...SUCCESS, name: 'acme-success' }], classes: { gold: { success: 99 } } },
      { tenants: { acme: { class: 'gold' } } },
      'tenants.acme.class: "acme-success" is already the name',
    ],
    ['no sli', { objectives: [{ name: 'chat', target: 99 }] }, {}, 'slo.objectives[0].sli: is missing'],
    ['no target', { objectives: [{ name: 'chat', sli: 'success' }] }, {}, 'slo.objectives[0].target: is missing'],
    [
      'no bound',
      { objectives: [{ name: 'chat', sli: 'ttft', target: 95 }] },
      {},
      'slo.objectives[0].under: is missing: "ttft" needs a bound',
    ],
    [
      'a bound of nothing',
      { objectives: [{ ...SUCCESS, under: '1s' }] },
      {},
      'slo.objectives[0].under: is only used with',
    ],
    [
      'no amount',
      { objectives: [{ name: 'chat', sli: 'cost', target: 95 }] },
      {},
      'slo.objectives[0].atMostUsd: is missing',
    ],
    [
      'an amount of nothing',
      { objectives: [{ ...TTFT, atMostUsd: 1 }] },
      {},
      'slo.objectives[0].atMostUsd: is only used with "cost"',
    ],
    [
      'no such feature',
      { objectives: [{ ...SUCCESS, feature: 'chatt' }] },
      {},
      'slo.objectives[0].feature: "chatt" is not one of features: chat, summarize',
    ],
    [
      'no such part',
      { objectives: [SUCCESS, TTFT, { name: 'all', of: ['chat-success', 'chat-ttfb'] }] },
      {},
      'slo.objectives[2].of[1]: "chat-ttfb" is not an objective; did you mean "chat-ttft"?',
    ],
    [
      'a part twice',
      { objectives: [SUCCESS, TTFT, { name: 'all', of: ['chat-success', 'chat-ttft', 'chat-success'] }] },
      {},
      'slo.objectives[2].of[2]: "chat-success" is written twice; write each part once',
    ],
    [
      'an amount that cannot be counted',
      { objectives: [{ name: 'cheap', sli: 'cost', atMostUsd: 0.0000004, target: 95 }] },
      {},
      'slo.objectives[0].atMostUsd: is less than can be counted; write 0.000001 or more, or 0',
    ],
    [
      'an average that cannot be counted',
      { objectives: [SUCCESS], averages: [{ name: 'cheap', averageUsd: 0.0000004 }] },
      {},
      'slo.averages[0].averageUsd: is less than can be counted',
    ],
    [
      'a class without promises',
      { classes: { gold: {} } },
      { tenants: { acme: { class: 'gold' } } },
      'slo.classes.gold: promises nothing; write success, ttft or latency',
    ],
    [
      'promises to more tenants than are counted one by one',
      { classes: { gold: { success: 99 } } },
      { tenants: Object.fromEntries(Array.from({ length: 201 }, (_, at) => [`t${at}`, { class: 'gold' }])) },
      'tenants: 201 tenants have a class, but only 200 can be counted one by one',
    ],
    [
      'promises to a tenant that has the name of all others',
      { classes: { gold: { success: 99 } } },
      { tenants: { other: { class: 'gold' } } },
      'tenants.other.class: tenants beyond the 200 busiest are counted as "other"; give this tenant another name',
    ],
    [
      'a composite of a composite',
      {
        objectives: [
          SUCCESS,
          TTFT,
          { name: 'all', of: ['chat-success', 'chat-ttft'] },
          { name: 'more', of: ['all', 'chat-ttft'] },
        ],
      },
      {},
      'slo.objectives[3].of[0]: "all" is a composite itself',
    ],
    [
      'a composite with an sli',
      { objectives: [SUCCESS, TTFT, { name: 'all', sli: 'success', of: ['chat-success', 'chat-ttft'] }] },
      {},
      'slo.objectives[2].sli: comes from the parts in of',
    ],
    [
      'a composite over features',
      { objectives: [SUCCESS, { ...TTFT, feature: 'summarize' }, { name: 'all', of: ['chat-success', 'chat-ttft'] }] },
      {},
      'slo.objectives[2].of: no request counts for all of them: "chat-success" is for chat, "chat-ttft" is for summarize',
    ],
    [
      'no such promise',
      { objectives: [SUCCESS], public: ['chat-sucess'] },
      {},
      'slo.public[0]: "chat-sucess" is not a promise; did you mean "chat-success"?',
    ],
    [
      'no such class',
      { classes: { gold: { success: 99 } } },
      { tenants: { acme: { class: 'golden' } } },
      'tenants.acme.class: "golden" is not one of slo.classes: gold',
    ],
    [
      'a credit twice',
      {
        credits: [
          { below: 99, percent: 5 },
          { below: 99, percent: 9 },
        ],
      },
      {},
      'slo.credits[1].below: is written twice',
    ],
    [
      'a window that ends first',
      { maintenance: { windows: [window('2027-02-01T01:00:00Z', '2027-02-01T00:00:00Z')] } },
      {},
      'slo.maintenance.windows[0].to: is not after from',
    ],
    [
      'a long window',
      { maintenance: { windows: [window('2027-02-01T00:00:00Z', '2027-02-01T01:00:01Z')] } },
      {},
      'slo.maintenance.windows[0].to: makes the window 61 minutes long, but mostMinutes is 60',
    ],
    [
      'a window told too late',
      { maintenance: { windows: [window('2027-02-01T00:00:00Z', '2027-02-01T01:00:00Z', '2027-01-30T00:00:01Z')] } },
      {},
      'slo.maintenance.windows[0].announcedAt: is 47 hours before from, but noticeHours is 48',
    ],
    [
      'too many windows in a quarter',
      {
        maintenance: {
          windows: ['01-05', '02-05', '03-31', '04-01'].map((day) =>
            window(`2027-${day}T00:00:00Z`, `2027-${day}T00:30:00Z`),
          ),
        },
      },
      {},
      'slo.maintenance.windows[2].from: makes this window number 3 of its quarter (UTC), but perQuarter is 2',
    ],
  ])('%s', (_name, slo, more, message) => {
    const errors = found(slo, more).filter((one) => one.startsWith('error'));
    expect(errors).toEqual([expect.stringContaining(`error ${message}`)]);
  });
});
