/** What a month's report says. */
import { describe, expect, it, test } from 'vitest';
import { monthReport } from '../../../../worker/core/slo/month.ts';
import { record } from './book/support/records.ts';
import { bookOf, DAY_MS, FAILED, HOUR_MS, NOW, SUCCESS, TTFT, type Written } from './support/reports.ts';

const CREDITS = [
  { below: 99, percent: 25 },
  { below: 99.5, percent: 10 },
];
const MONTH: Written = {
  objectives: [SUCCESS, TTFT],
  averages: [{ name: 'cost', averageUsd: 0.01 }],
  credits: CREDITS,
};
/** Whole months before and with `NOW`, which is noon of 16 May. */
const [APRIL, MAY, JUNE] = [Date.UTC(2027, 3, 1), Date.UTC(2027, 4, 1), Date.UTC(2027, 5, 1)];

function monthOf(month: string, bad: number, at: number, tenant?: string, slo = MONTH) {
  const { book, settings } = bookOf(slo, []);
  for (let index = 0; index < 1_000; index++) {
    book.add(record({ ...(index < bad && FAILED), arrivedAt: at, tenant: index % 2 ? 'acme' : 'hooli' }), at);
  }
  return monthReport(book, settings, { tenant, month }, [], NOW);
}

test('a month that is over has all that was counted in it, and nothing of other months', () => {
  const last = monthOf('2027-04', 8, MAY - 1);
  expect(last).toMatchObject({ month: '2027-04', from: APRIL, to: MAY, isWhole: true, requests: 1_000 });
  expect(last.costUsd).toBeCloseTo(992 * 0.0012, 9);
  const [success] = last.objectives;
  expect(success).toMatchObject({
    name: 'chat-success',
    sli: 'success',
    value: 0.992,
    good: 992,
    total: 1_000,
    kept: true,
  });
  expect(success?.budgetSpent).toBeCloseTo(0.8, 9);
  expect(success?.badMinutes).toBeCloseTo(0.008 * 30 * 24 * 60, 9);
  expect(success?.days).toHaveLength(30);
  expect(success?.days.slice(-2)).toEqual(['no_data', 'kept']);
  expect(last.averages).toMatchObject([
    { name: 'cost', feature: null, averageUsd: 0.01, valueUsd: expect.closeTo(0.00119, 5), total: 1_000 },
  ]);
  for (const at of [APRIL - 1, MAY]) {
    expect(monthOf('2027-04', 8, at)).toMatchObject({ requests: 0, costUsd: 0, creditPercent: 0 });
  }
});

test('a month says if a tenant’s requests may be counted with those of others', () => {
  const among = (tenants: number, tenant: string | undefined, promised = {}) => {
    const { book, settings } = bookOf({ ...MONTH, classes: { gold: { success: 99.5 } } }, [], 0, promised);
    for (let index = 0; index < tenants; index++) book.add(record({ arrivedAt: NOW, tenant: `t${index}` }), NOW);
    return monthReport(book, settings, { tenant, month: '2027-05' }, [], NOW).isAmongOthers;
  };
  expect([among(199, 't0'), among(201, 't200'), among(201, undefined)]).toEqual([false, true, false]);
  expect([among(201, 't200', { t200: { class: 'gold' } }), among(1, 'other')]).toEqual([false, true]);
});

test('a month that is running ends now', () => {
  const running = monthOf('2027-05', 0, NOW - HOUR_MS);
  expect(running).toMatchObject({ from: MAY, to: NOW, isWhole: false });
  expect(running.objectives[0]?.days).toHaveLength(16);
  expect(running.objectives[0]).toMatchObject({ kept: true, budgetSpent: 0, badMinutes: 0, creditPercent: 0 });
  const later = monthOf('2027-06', 0, NOW);
  expect(later).toMatchObject({ from: JUNE, to: JUNE, isWhole: false, requests: 0 });
  expect(later.objectives[0]).toMatchObject({ value: null, kept: null, days: [], badMinutes: null });
});

test('a month of a tenant has its requests, and what they cost', () => {
  const own = monthOf('2027-04', 8, MAY - 1, 'acme');
  expect(own).toMatchObject({ tenant: 'acme', requests: 500, costUsd: expect.closeTo(496 * 0.0012, 9) });
  expect(own.objectives[0]).toMatchObject({ good: 496, total: 500 });
  expect(monthOf('2027-04', 8, MAY - 1, 'nobody')).toMatchObject({ requests: 0, costUsd: 0 });
});

describe('a credit is due', () => {
  it.each([
    [5, 0, 'at the threshold'],
    [6, 10, 'below the first'],
    [10, 10, 'at the second'],
    [11, 25, 'below the second'],
  ])('with %i bad ones of 1,000: %i %, %s', (bad, percent) => {
    const { objectives, creditPercent } = monthOf('2027-04', bad, MAY - 1);
    expect([objectives[0]?.creditPercent, objectives[1]?.creditPercent, creditPercent]).toEqual([percent, 0, percent]);
  });
});

test('a month names incidents in words that a client may read, and says how long they took', () => {
  const { book, settings } = bookOf(MONTH, []);
  const incident = (id: string, openedAt: number, closedAt: number | null, more = {}) => ({
    ...{ id, openedAt, closedAt, title: 'deployment a is down', objective: 'chat-success', feature: 'chat' },
    ...{ tenant: null, openedBy: 'ana', closedBy: null, actions: [], note: 'key expired', publicNote: null, ...more },
  });
  const all = [
    incident('before', APRIL - 2 * DAY_MS, APRIL - DAY_MS),
    incident('over', APRIL - HOUR_MS, APRIL + HOUR_MS),
    incident('told', APRIL + DAY_MS, APRIL + DAY_MS + HOUR_MS, { publicNote: 'A provider had an outage.' }),
    incident('theirs', APRIL + DAY_MS, null, { tenant: 'hooli' }),
    incident('other', MAY - 1, null, { objective: null }),
    incident('after', MAY, null),
  ];
  const report = monthReport(book, settings, { tenant: 'acme', month: '2027-04' }, all, NOW);
  expect(report.incidents.map(({ id, text }) => [id, text])).toEqual([
    ['over', 'Some answers of chat did not arrive.'],
    ['told', 'A provider had an outage.'],
    ['other', 'Something did not work as promised.'],
  ]);
  expect(report).toMatchObject({ mttrMinutes: 90, mtbfMinutes: 25 * 60 });
});
