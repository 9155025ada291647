/** How one objective stands by what the book has counted. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { reportOf } from '../../../../worker/core/slo/report.ts';
import { failed, record } from './book/support/records.ts';
import {
  type Batch,
  bookOf,
  DAY_MS,
  FAILED,
  first,
  HOUR_MS,
  MINUTE_MS,
  NOW,
  ONE,
  report,
  SUCCESS,
  TTFT,
  type Written,
} from './support/reports.ts';

describe('an objective', () => {
  test('is evaluated exactly as documented', () => {
    expect(
      first(ONE, [
        [9_970, {}],
        [30, FAILED],
        [5, { ending: 'refused', code: 'budget_exceeded', ttftMs: null }],
      ]),
    ).toEqual({
      ...{ name: 'chat-success', sli: 'success', feature: 'chat', tenant: null, under: null, atMostUsd: null, of: [] },
      ...{ target: 99, promised: 98, window: '30d', value: 0.997, state: 'healthy' },
      ...{ good: 9_970, total: 10_000, excluded: { budget: 5 } },
      errorBudgetRemaining: expect.closeTo(0.7, 9),
      budget: { allowed: 100, spent: 30, remaining: 70, outageMinutes: 302.4 },
      burnRates: Object.fromEntries(
        ['5m', '30m', '1h', '2h', '6h', '1d', '3d'].map((one) => [one, expect.closeTo(0.3, 9)]),
      ),
      burnAlerts: [
        {
          long: '1h',
          short: '5m',
          severity: 'page',
          burnRate: expect.closeTo(14.4, 9),
          wantedBurnRate: expect.any(Number),
        },
        { long: '6h', short: '30m', severity: 'page', burnRate: 6, wantedBurnRate: 6 },
        { long: '1d', short: '2h', severity: 'ticket', burnRate: 3, wantedBurnRate: 3 },
        { long: '3d', short: '6h', severity: 'ticket', burnRate: 1, wantedBurnRate: 1 },
      ],
      exhaustsAt: null,
      month: {
        ...{ month: '2027-05', value: 0.997, kept: true, good: 9_970, total: 10_000, excluded: { budget: 5 } },
        budgetSpent: expect.closeTo(0.15, 4),
      },
      ...{ tier: null, dependsOn: [], touches: [] },
      days: [...Array.from({ length: 89 }, () => 'no_data'), 'kept'],
    });
  });

  it.each<[string, Written, readonly Batch[], number, string]>([
    ['never had data', ONE, [], 0, 'no_data'],
    [
      'has only excluded requests',
      ONE,
      [[9, { ending: 'refused', code: 'invalid_json', ttftMs: null }]],
      1_000,
      'no_data',
    ],
    ['had its last request two hours ago', ONE, [[1_000, {}]], 2 * HOUR_MS + MINUTE_MS, 'no_data'],
    ['had its last request nearly two hours ago', ONE, [[1_000, {}]], 2 * HOUR_MS - MINUTE_MS, 'healthy'],
    [
      'is exhausted and silent',
      ONE,
      [
        [90, {}],
        [10, FAILED],
      ],
      3 * HOUR_MS,
      'no_data',
    ],
    [
      'has spent all of its budget, exactly',
      ONE,
      [
        [990, {}],
        [10, FAILED],
      ],
      1_000,
      'exhausted',
    ],
    [
      'has spent nearly all',
      ONE,
      [
        [991, {}],
        [9, FAILED],
      ],
      4 * DAY_MS,
      'no_data',
    ],
    [
      'is overspent',
      ONE,
      [
        [900, {}],
        [100, FAILED],
      ],
      1_000,
      'exhausted',
    ],
    ['must never fail, and does not', { objectives: [{ ...SUCCESS, target: 100 }] }, [[9, {}]], 1_000, 'healthy'],
    [
      'must never fail, and does',
      { objectives: [{ ...SUCCESS, target: 100 }] },
      [
        [9_999, {}],
        [1, FAILED],
      ],
      1_000,
      'exhausted',
    ],
    [
      'promises too little to fail',
      { objectives: [{ ...SUCCESS, target: 1, promised: 1 }] },
      [
        [1, {}],
        [9, FAILED],
      ],
      1_000,
      'healthy',
    ],
  ])('that %s', (_name, slo, batches, agoMs, state) => {
    expect(first(slo, batches, agoMs)).toMatchObject({ state });
  });

  test('without data has no value, and all of its budget', () => {
    expect(first(ONE, [])).toMatchObject({
      ...{ value: null, good: 0, total: 0, excluded: {}, errorBudgetRemaining: null, exhaustsAt: null },
      budget: { allowed: 0, spent: 0, remaining: 0, outageMinutes: 432 },
      burnRates: { '5m': null, '3d': null },
      month: { value: null, kept: null, budgetSpent: null },
    });
  });

  test('that is overspent has less than nothing left', () => {
    expect(
      first(ONE, [
        [900, {}],
        [100, FAILED],
      ]),
    ).toMatchObject({
      ...{ value: 0.9, errorBudgetRemaining: expect.closeTo(-9, 9), exhaustsAt: null },
      budget: { allowed: 10, spent: 100, remaining: -90, outageMinutes: 0 },
      month: { kept: false },
    });
  });

  test('may miss its target and still keep its promise', () => {
    const batches: Batch[] = [
      [985, {}],
      [15, FAILED],
    ];
    expect(first(ONE, batches)).toMatchObject({ state: 'exhausted', month: { kept: true } });
  });

  test('without a budget has no share left once a request failed', () => {
    const slo: Written = { objectives: [{ ...SUCCESS, target: 100 }] };
    expect(first(slo, [[9, {}]])).toMatchObject({ errorBudgetRemaining: 1, burnRates: { '1h': 0 } });
    expect(
      first(slo, [
        [9, {}],
        [1, FAILED],
      ]),
    ).toMatchObject({
      ...{ errorBudgetRemaining: null, burnRates: { '1h': null }, exhaustsAt: null },
      budget: { allowed: 0, spent: 1, remaining: -1, outageMinutes: 0 },
    });
  });

  test('burns if both windows of an alert burn, and pages need some errors', () => {
    const burning = (bad: number, good: number, agoMs = 1_000) => {
      const { book, settings } = bookOf(
        ONE,
        [
          [bad, FAILED],
          [good, {}],
        ],
        agoMs,
      );
      // Weeks of good answers keep the budget from being exhausted.
      for (let index = 0; index < 20_000; index++) book.add(record(), NOW - 10 * DAY_MS);
      book.add(record(), NOW - 1_000);
      return reportOf(book, settings, {}, NOW).objectives[0]?.state;
    };
    expect(burning(20, 80)).toBe('burning');
    expect(burning(4, 12, 50 * MINUTE_MS)).toBe('burning');
    // The hour is above 14.4 times, but it is over: the last 5 minutes are good; a ticket stays.
    expect(burning(0, 100)).toBe('healthy');
    expect(burning(20, 80, 7 * HOUR_MS)).toBe('healthy');
  });

  test.each([
    [4, 'healthy'],
    [5, 'burning'],
  ])('pages only for at least five errors: %d', (bad, state) => {
    const { book, settings } = bookOf(ONE, [
      [bad, FAILED],
      [5, {}],
    ]);
    // A good day keeps the tickets silent.
    for (let index = 0; index < 20_000; index++) book.add(record(), NOW - 12 * HOUR_MS);
    expect(reportOf(book, settings, {}, NOW).objectives[0]?.state).toBe(state);
  });

  test('is used up at a known time by a rate above 1, and never by a slower one', () => {
    const slow = first(ONE, [
      [999, {}],
      [1, FAILED],
    ]);
    expect(slow).toMatchObject({ exhaustsAt: null });
    const { book, settings } = bookOf(ONE, [
      [90, {}],
      [10, FAILED],
    ]);
    for (let index = 0; index < 9_900; index++) book.add(record(), NOW - 10 * DAY_MS);
    const [fast] = reportOf(book, settings, {}, NOW).objectives;
    // 90 % of the budget is left, and ten times too fast is three days for all of it.
    expect(fast?.exhaustsAt).toBeGreaterThan(NOW + 2.69 * DAY_MS);
    expect(fast?.exhaustsAt).toBeLessThan(NOW + 2.71 * DAY_MS);
  });

  test('over another window has that window’s budget', () => {
    const { book, settings } = bookOf(
      ONE,
      [
        [99, {}],
        [1, FAILED],
      ],
      3 * DAY_MS,
    );
    for (let index = 0; index < 100; index++) book.add(record(), NOW - 1_000);
    const over = (windowMs: number) => reportOf(book, settings, { windowMs }, NOW).objectives[0];
    expect(over(DAY_MS)).toMatchObject({ window: '1d', value: 1, total: 100, budget: { outageMinutes: 14.4 } });
    expect(over(7 * DAY_MS)).toMatchObject({ window: '7d', value: 0.995, total: 200 });
  });

  test('about the first content counts by the time to content, and names its bound as config does', () => {
    const batches: Batch[] = [
      [8, {}],
      [1, { ttftMs: 2_501 }],
      [1, { ending: 'left', ttftMs: null, totalMs: 9_000 }],
      [5, FAILED],
    ];
    expect(first({ objectives: [TTFT] }, batches)).toMatchObject({ under: '2.5s', good: 8, total: 10, excluded: {} });
  });

  test('about cost counts by what each request cost', () => {
    const slo: Written = { objectives: [{ name: 'cheap', sli: 'cost', atMostUsd: 0.002, target: 90 }] };
    expect(
      first(slo, [
        [8, {}],
        [2, { costMicroUsd: 2_001 }],
      ]),
    ).toMatchObject({ atMostUsd: 0.002, value: 0.8 });
  });

  test('counts drills only if it says so', () => {
    const slo: Written = { objectives: [SUCCESS, { ...SUCCESS, name: 'with-drills', countsInSlo: true }] };
    const drill = { drill: 'drill-1' };
    const [without, withDrills] = report(slo, [
      [3, {}],
      [1, { ...FAILED, ...drill }],
    ]).objectives;
    expect(without).toMatchObject({ good: 3, total: 3, excluded: { drill: 1 } });
    expect(withDrills).toMatchObject({ good: 3, total: 4, excluded: {} });
  });

  test('counts no requests of announced maintenance', () => {
    const at = (ms: number) => new Date(NOW + ms).toISOString();
    const windows = [{ from: at(-MINUTE_MS), to: at(MINUTE_MS), reason: 'more disks', announcedAt: at(-3 * DAY_MS) }];
    const told = report({ ...ONE, maintenance: { windows } }, [[3, FAILED]]);
    expect(told.objectives[0]).toMatchObject({ total: 0, excluded: { maintenance: 3 }, state: 'no_data' });
    expect(told.maintenance).toEqual([expect.objectContaining({ from: NOW - MINUTE_MS, reason: 'more disks' })]);
  });

  test('counts stale answers as staleIs says', () => {
    const stale: Batch[] = [
      [3, {}],
      [1, { cache: 'stale', staleCause: 'providers_unavailable' }],
    ];
    expect(first(ONE, stale)).toMatchObject({ value: 1 });
    expect(first({ ...ONE, staleIs: 'bad' }, stale)).toMatchObject({ value: 0.75 });
  });

  test('counts months by UTC', () => {
    const month = Date.UTC(2027, 4, 1);
    const { book, settings } = bookOf(ONE, []);
    book.add(failed({ arrivedAt: month - 1 }), month - 1);
    book.add(record({ arrivedAt: month }), month);
    expect(reportOf(book, settings, {}, NOW).objectives[0]).toMatchObject({ total: 2, month: { total: 1, value: 1 } });
    expect(reportOf(book, settings, {}, month - 1).objectives[0]).toMatchObject({
      month: { month: '2027-04', value: 0 },
    });
  });
});

test('whatever was counted, the figures agree with each other', () => {
  const some = fc.record({
    good: fc.nat(200),
    bad: fc.nat(50),
    caller: fc.nat(9),
    target: fc.integer({ min: 1, max: 100 }),
  });
  fc.assert(
    fc.property(some, ({ good, bad, caller, target }) => {
      const slo: Written = { objectives: [{ ...SUCCESS, target, promised: target }] };
      const one = first(slo, [
        [good, {}],
        [bad, FAILED],
        [caller, { ending: 'refused', code: 'invalid_json', ttftMs: null }],
      ]);
      expect([one.good, one.total, one.excluded.caller ?? 0]).toEqual([good, good + bad, caller]);
      expect(one.value).toEqual(good + bad === 0 ? null : good / (good + bad));
      expect(one.budget.remaining).toBeCloseTo(one.budget.allowed - one.budget.spent, 3);
      const isKept = good * 100 >= target * (good + bad);
      expect(one.month.kept).toBe(good + bad === 0 ? null : isKept);
      if (one.errorBudgetRemaining !== null && one.budget.allowed > 0) {
        expect(one.errorBudgetRemaining).toBeCloseTo(one.budget.remaining / one.budget.allowed, 2);
        expect(one.burnRates['1h']).toBeCloseTo(1 - one.errorBudgetRemaining, 6);
      }
      expect(one.state === 'no_data').toBe(good + bad === 0);
      if (one.state === 'healthy' || one.state === 'burning') expect(isKept).toBe(true);
      expect(JSON.parse(JSON.stringify(one))).toEqual(one);
    }),
    { numRuns: 60 },
  );
});
