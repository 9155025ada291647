/** How promises stand together, per tenant, and what everybody sees of them. */
import { describe, expect, it, test } from 'vitest';
import type { Narrowing } from '../../../../worker/core/slo/evaluate.ts';
import { publicReport } from '../../../../worker/core/slo/public-report.ts';
import { reportOf } from '../../../../worker/core/slo/report.ts';
import { type Batch, bookOf, DAY_MS, FAILED, NOW, report, SUCCESS, TTFT, type Written } from './support/reports.ts';

describe('a composite', () => {
  const COMPOSITE: Written = {
    objectives: [
      SUCCESS,
      TTFT,
      { name: 'retrieval', sli: 'external', target: 99 },
      { name: 'all', of: ['chat-success', 'chat-ttft', 'retrieval'] },
    ],
  };
  const batches: Batch[] = [
    [80, {}],
    [10, { ttftMs: 9_000 }],
    [10, FAILED],
    [3, { ending: 'refused', code: 'invalid_key', ttftMs: null }],
  ];

  test('is good if all of its parts are, request by request', () => {
    const composite = report(COMPOSITE, batches).objectives[3];
    expect(composite).toMatchObject({ sli: 'composite', value: 0.8, good: 80, total: 100, excluded: { key: 3 } });
  });

  test('is multiplied by the ratio of what was reported from outside', () => {
    const { book, settings } = bookOf(COMPOSITE, batches);
    const outside = { key: 'external:retrieval', tenant: null, feature: null, deployment: null, experiment: null };
    book.report({ ...outside, good: 3, bad: 1 }, NOW - 1_000);
    const [, , retrieval, composite] = reportOf(book, settings, {}, NOW).objectives;
    expect(retrieval).toMatchObject({ value: 0.75, good: 3, total: 4 });
    expect(composite).toMatchObject({ value: expect.closeTo(0.6, 9), good: 60, total: 100 });
  });

  test('is not silent between two reports, nor is an external objective', () => {
    const { book, settings } = bookOf({ objectives: [{ name: 'retrieval', sli: 'external', target: 99 }] }, []);
    const outside = { key: 'external:retrieval', tenant: null, feature: null, deployment: null, experiment: null };
    book.report({ ...outside, good: 3, bad: 0 }, NOW - DAY_MS);
    expect(reportOf(book, settings, {}, NOW).objectives[0]?.state).toBe('healthy');
  });
});

describe('whose requests', () => {
  const slo: Written = {
    objectives: [
      SUCCESS,
      { name: 'all-success', sli: 'success', target: 99 },
      { ...SUCCESS, name: 'search-success', feature: 'search' },
    ],
    classes: { gold: { success: 99.9 } },
  };
  const tenants = { acme: { class: 'gold' }, hooli: { class: 'gold' } };
  const batches: Batch[] = [
    [2, {}],
    [1, { ...FAILED, tenant: 'hooli' }],
    [4, { feature: 'search', tenant: 'hooli' }],
  ];
  const totals = (narrowing: Narrowing) =>
    Object.fromEntries(
      report(slo, batches, 1_000, narrowing, tenants).objectives.map(({ name, good, total }) => [name, [good, total]]),
    );

  it.each<[Narrowing, object]>([
    [
      {},
      {
        'chat-success': [2, 3],
        'all-success': [6, 7],
        'search-success': [4, 4],
        'acme-success': [2, 2],
        'hooli-success': [4, 5],
      },
    ],
    [
      { feature: 'chat' },
      { 'chat-success': [2, 3], 'all-success': [2, 3], 'acme-success': [2, 2], 'hooli-success': [0, 1] },
    ],
    [
      { tenant: 'hooli' },
      { 'chat-success': [0, 1], 'all-success': [4, 5], 'search-success': [4, 4], 'hooli-success': [4, 5] },
    ],
    [
      { tenant: 'hooli', feature: 'search' },
      { 'all-success': [4, 4], 'search-success': [4, 4], 'hooli-success': [4, 4] },
    ],
    [{ tenant: 'nobody' }, { 'chat-success': [0, 0], 'all-success': [0, 0], 'search-success': [0, 0] }],
  ])('%j', (narrowing, expected) => expect(totals(narrowing)).toEqual(expected));

  test('a feature has percentiles, in milliseconds', () => {
    expect(report(slo, batches)).not.toHaveProperty('percentiles');
    const { percentiles } = report(slo, batches, 1_000, { feature: 'chat' });
    expect(percentiles?.ttftMs.p50).toBeGreaterThan(300 * 0.957);
    expect(percentiles?.ttftMs.p99).toBeLessThan(300 * 1.043);
    expect(percentiles?.totalMs.p95).toBeGreaterThan(900 * 0.957);
    const none = { p50: null, p95: null, p99: null };
    expect(report(slo, [], 1_000, { feature: 'chat' }).percentiles).toEqual({ ttftMs: none, totalMs: none });
  });
});

describe('an average', () => {
  const slo: Written = { objectives: [], averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.0012 }] };

  it.each<[string, readonly Batch[], object]>([
    ['kept', [[4, {}]], { valueUsd: 0.0012, state: 'healthy', total: 4 }],
    [
      'exceeded',
      [
        [3, {}],
        [1, { costMicroUsd: 1_204 }],
      ],
      { valueUsd: 0.001201, state: 'exceeded', total: 4 },
    ],
    [
      'divided by the bad ones too',
      [
        [2, {}],
        [2, FAILED],
      ],
      { valueUsd: 0.0006, state: 'healthy', total: 4 },
    ],
    [
      'not by what is excluded',
      [
        [2, {}],
        [2, { ending: 'refused', code: 'invalid_key', costMicroUsd: 0 }],
      ],
      { valueUsd: 0.0012, total: 2 },
    ],
    ['of nothing', [], { valueUsd: null, state: 'no_data', total: 0 }],
  ])('%s', (_name, batches, expected) => {
    expect(report(slo, batches).averages).toEqual([
      expect.objectContaining({ name: 'chat-cost', feature: 'chat', averageUsd: 0.0012, window: '30d', ...expected }),
    ]);
  });
});

describe('the public report', () => {
  const slo: Written = {
    objectives: [SUCCESS, { name: 'all-success', sli: 'success', target: 99 }, TTFT],
    averages: [{ name: 'chat-cost', feature: 'chat', averageUsd: 0.01 }],
    public: ['chat-success', 'all-success', 'chat-cost'],
  };
  const batches: Batch[] = [
    [99, {}],
    [1, FAILED],
    [2, { ending: 'refused', code: 'invalid_key' }],
  ];
  const shown = (more: Written = {}, asked: string | null = null) => {
    const { book, settings } = bookOf({ ...slo, ...more }, batches);
    return publicReport(reportOf(book, settings, {}, NOW), asked, settings);
  };

  test('has the promises that config calls public, as shares', () => {
    const { objectives, averages } = shown();
    expect(objectives.map(({ name }) => name)).toEqual(['chat-success', 'all-success']);
    expect(objectives[0]).toMatchObject({
      ...{ value: 0.99, errorBudgetRemaining: 0, state: 'exhausted' },
      budget: { allowed: 0.01, spent: 0.01, remaining: 0, outageMinutes: 0 },
    });
    for (const field of ['good', 'total', 'excluded', 'tenant']) {
      expect(objectives[0]).not.toHaveProperty(field);
      expect(objectives[0]?.month).not.toHaveProperty(field);
    }
    expect(averages[0]).not.toHaveProperty('total');
  });

  test('has counts if config shows them', () => {
    const { objectives, averages } = shown({ showCounts: true });
    expect(objectives[0]).toMatchObject({
      good: 99,
      total: 100,
      excluded: { key: 2 },
      month: { good: 99, total: 100 },
    });
    expect(objectives[0]?.budget).toMatchObject({ allowed: 0.01 });
    expect(averages[0]).toMatchObject({ total: 100 });
  });

  test.each([3, 7, 11, 79, 997])('reveals no number of requests: 1 of %i failed', (total) => {
    const written: Written = { objectives: [{ ...SUCCESS, target: 99 }], public: ['chat-success'] };
    const told = (times: number) => {
      const { book, settings } = bookOf(written, [
        [(total - 1) * times, {}],
        [times, FAILED],
      ]);
      return publicReport(reportOf(book, settings, {}, NOW), null, settings).objectives;
    };
    const [objective] = told(1);
    expect(told(2)).toEqual([objective]);
    const { value, budget, burnRates, errorBudgetRemaining, month } = objective ?? expect.fail();
    for (const share of [value, month.value, budget.spent]) expect(Math.round((share ?? 0) * 1e4) / 1e4).toBe(share);
    for (const rate of [errorBudgetRemaining, month.budgetSpent, budget.outageMinutes, ...Object.values(burnRates)]) {
      expect(Math.round((rate ?? 0) * 100) / 100).toBe(rate);
    }
  });

  test.each([
    [199, 1, 0.995, true],
    [8_158, 41, 0.99495, false],
    [9_999, 1, 0.9999, true],
    [10, 0, 1, true],
  ])('of %i good and %i bad never looks better than it is', (good, bad, value, kept) => {
    const written: Written = { objectives: [{ ...SUCCESS, target: 99.5, promised: 99.5 }], public: ['chat-success'] };
    const { book, settings } = bookOf(written, [
      [good, {}],
      [bad, FAILED],
    ]);
    const [objective] = publicReport(reportOf(book, settings, {}, NOW), null, settings).objectives;
    expect(objective).toMatchObject({ value, month: { value, kept } });
  });

  test('does not reveal them by the millisecond at which the budget is used up', () => {
    const seen = [1_000, 1_001, 1_002].map((total) => {
      const { book, settings } = bookOf({ objectives: [{ ...SUCCESS, target: 99 }], public: ['chat-success'] }, [
        [total - 1, {}],
        [1, FAILED],
      ]);
      const report = reportOf(book, settings, {}, NOW);
      const [objective] = report.objectives;
      if (objective)
        Object.assign(objective, { exhaustsAt: NOW + total, burnRates: { ...objective.burnRates, '1h': 2 } });
      return publicReport(report, null, settings).objectives[0]?.exhaustsAt;
    });
    expect(new Set(seen)).toEqual(new Set([NOW + (0.9 * 30 * DAY_MS) / 2]));
  });

  test('names no part of a composite that is not public', () => {
    const composite = { name: 'both', of: ['chat-success', 'chat-ttft'] };
    const more: Written = { objectives: [SUCCESS, TTFT, composite], public: ['both', 'chat-success'] };
    const objectives = shown(more).objectives;
    expect(objectives.map(({ of }) => of)).toEqual([[], ['chat-success']]);
    expect(JSON.stringify(objectives)).not.toContain('chat-ttft');
  });

  test('of a feature has the promises about that feature', () => {
    expect(shown({}, 'search').objectives.map(({ name }) => name)).toEqual(['all-success']);
    expect(shown({}, 'chat').averages).toHaveLength(1);
    expect(shown({ public: [] }).objectives).toEqual([]);
  });
});

test('maintenance is shown from its announcement until 30 days after it', () => {
  const at = (ms: number) => new Date(NOW + ms).toISOString();
  const windows = [-31, -29, 40].map((days) => ({
    ...{ from: at(days * DAY_MS - 60_000), to: at(days * DAY_MS), reason: `day ${days}` },
    announcedAt: at(-40 * DAY_MS),
  }));
  const { maintenance } = report({ maintenance: { windows } }, []);
  expect(maintenance.map(({ reason }) => reason)).toEqual(['day -29', 'day 40']);
});
