/** What a tenant has spent, and where. */
import * as fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { Spending } from '../../../../worker/core/slo/book/spending.ts';
import { type Budget, moneyReport, spentInMonth } from '../../../../worker/core/slo/money.ts';
import type { RequestRecord } from '../../../../worker/core/slo/record.ts';
import { failed, record } from './book/support/records.ts';

const DAY_MS = 86_400_000;
const MAY = Date.UTC(2027, 4, 1);
const USD = 1_000_000;
const BUDGET: Budget = { spentMicroUsd: null, capMicroUsd: 10 * USD, thresholds: [60, 85], safeguardAt: 95 };

/** A dollar at noon of each of these days of May. */
function spendingOf(days: readonly number[]): Spending {
  const spending = new Spending(400);
  for (const day of days) spending.add(record({ costMicroUsd: USD }), 'acme', 'chat', MAY + (day - 0.5) * DAY_MS);
  return spending;
}

const reportAt = (spending: Spending, at: number, month = '2027-05', budget = BUDGET) =>
  moneyReport({ ...spentInMonth(spending, 'acme', month, at), isAmongOthers: false }, budget);

describe('a month', () => {
  it('is projected at its pace so far, from its second day on', () => {
    expect(reportAt(spendingOf([1]), MAY + DAY_MS - 1).projectedUsd).toBeNull();
    expect(reportAt(spendingOf([1, 2]), MAY + 2 * DAY_MS).projectedUsd).toBe(31);
    expect(reportAt(spendingOf([1, 2]), MAY + 40 * DAY_MS)).toMatchObject({ projectedUsd: null, spentUsd: 2 });
  });

  it('has every day so far, and no day of another month', () => {
    const { days } = reportAt(spendingOf([0, 1, 3]), MAY + 2.6 * DAY_MS);
    expect(days).toEqual([
      { day: '2027-05-01', costUsd: 1, requests: 1 },
      { day: '2027-05-02', costUsd: 0, requests: 0 },
      { day: '2027-05-03', costUsd: 1, requests: 1 },
    ]);
    expect(reportAt(spendingOf([0]), MAY + DAY_MS, '2027-04').days).toHaveLength(30);
    expect(reportAt(spendingOf([0]), MAY + DAY_MS, '2027-06').days).toEqual([]);
  });

  it('says when the ladder was reached, to within a day', () => {
    const { ladder } = reportAt(spendingOf([1, 2, 3, 3, 3, 3, 3, 5]), MAY + 6 * DAY_MS);
    expect(ladder).toEqual([
      { percent: 60, usd: 6, isSafeguard: false, reachedAt: MAY + (2 + 4 / 5) * DAY_MS },
      { percent: 85, usd: 8.5, isSafeguard: false, reachedAt: null },
      { percent: 95, usd: 9.5, isSafeguard: true, reachedAt: null },
    ]);
    const without = { ...BUDGET, safeguardAt: 100, capMicroUsd: null };
    expect(reportAt(spendingOf([1]), MAY + DAY_MS, '2027-05', without)).toMatchObject({ capUsd: null, ladder: [] });
  });

  it('has spent what the ledger says, as long as the ledger knows', () => {
    const spending = spendingOf([1]);
    const budget = { ...BUDGET, spentMicroUsd: 1.5 * USD };
    expect(reportAt(spending, MAY + DAY_MS, '2027-05', budget).spentUsd).toBe(1.5);
    expect(reportAt(spending, MAY + DAY_MS).spentUsd).toBe(1);
  });
});

test.each<[string, Partial<RequestRecord>, [model: string | null, costUsd: number] | undefined, failedUsd: number]>([
  ['an answer', {}, ['small', 2], 0],
  ['an answer after a failed attempt', { failedMicroUsd: 0.5 * USD }, ['small', 1.5], 0.5],
  ['a hit', { cache: 'hit', costMicroUsd: 0 }, [null, 0], 0],
  ['a stale one after a failed attempt', { cache: 'stale', failedMicroUsd: 2 * USD }, [null, 0], 2],
  ['a refusal after failed attempts', { ...failed(), costMicroUsd: 2 * USD, failedMicroUsd: 2 * USD }, undefined, 2],
  ['one that was cut', { ending: 'cut', code: 'stream_interrupted' }, ['small', 2], 0],
  ['one of an earlier build', { failedMicroUsd: null as unknown as number }, ['small', 2], 0],
])('%s', (_, changes, where, failedUsd) => {
  const spending = new Spending(400);
  spending.add(record({ costMicroUsd: 2 * USD, ...changes }), 'acme', 'chat', MAY);
  const spent = reportAt(spending, MAY);
  const expected = where && [{ feature: 'chat', model: where[0], requests: 1, costUsd: where[1] }];
  expect([spent.where, spent.failedUsd]).toEqual([expected ?? [], failedUsd]);
  expect(spent.days[0]?.costUsd).toBe((where?.[1] ?? 0) + failedUsd);
});

test('a refusal without any provider call does not count as a request here', () => {
  const spending = new Spending(400);
  spending.add(failed({ code: 'invalid_key', attempts: [] }), '', '', MAY);
  expect(spending.tenants('2027-05')).toEqual([]);
});

const entry = fc.record({
  tenant: fc.constantFrom('acme', 'hooli', '__proto__'),
  feature: fc.constantFrom('chat', 'search', ''),
  model: fc.constantFrom('small', 'large', '__proto__', ...Array.from({ length: 120 }, (_, model) => `m${model}`)),
  cost: fc.integer({ min: 0, max: 1e9 }),
  at: fc.integer({ min: 0, max: 70 * DAY_MS }),
});

test('the amounts by feature and model add up to the days, also when they are saved and loaded, and folded into other', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 300 }), fc.boolean(), (entries, folds) => {
      let spending = new Spending(400);
      for (const [index, { tenant, feature, model, cost, at }] of entries.entries()) {
        spending.add(record({ model, costMicroUsd: cost }), tenant, feature, MAY + at);
        if (index % 50 !== 49) continue;
        const rows = new Map(spending.save());
        spending = new Spending(400);
        for (const [name, text] of rows) spending.load(name, text);
      }
      if (folds) spending.fold('hooli');
      for (const month of ['2027-05', '2027-06', '2027-07']) {
        const inMonth = entries.filter(({ at }) => new Date(MAY + at).toISOString().startsWith(month));
        const sum = inMonth.reduce((all, { cost }) => all + cost, 0);
        const reports = spending.tenants(month).map((tenant) => spending.of(tenant, month));
        const days = reports.flatMap((one) => one?.days ?? []);
        const places = reports.map((one) => [...(one?.where.entries() ?? [])].map(([, charged]) => charged));
        for (const list of [days, places.flat()]) {
          expect(list.reduce((all, { microUsd }) => all + microUsd, 0)).toBe(sum);
          expect(list.reduce((all, { requests }) => all + requests, 0)).toBe(inMonth.length);
        }
        expect(Math.max(0, ...places.map(({ length }) => length))).toBeLessThanOrEqual(104);
      }
    }),
    { numRuns: 40 },
  );
});

test('months are forgotten some time after their days', () => {
  const spending = new Spending(62);
  for (let month = 0; month < 12; month++) spending.add(record(), 'acme', 'chat', Date.UTC(2027, month, 2));
  const rows = [...spending.save()];
  expect(rows.filter(([, text]) => text === '').map(([name]) => name)).toHaveLength(8);
  expect(rows.filter(([, text]) => text !== '').map(([name]) => name)).toEqual([
    '=spent 2027-09 acme',
    '=spent 2027-10 acme',
    '=spent 2027-11 acme',
    '=spent 2027-12 acme',
  ]);
});
