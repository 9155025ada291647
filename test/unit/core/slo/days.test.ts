/** How a day went, and the last 90. */
import { describe, expect, it, test } from 'vitest';
import { dayState, SHOWN_DAYS } from '../../../../worker/core/slo/days.ts';
import type { DayState } from '../../../../worker/core/slo/history.ts';
import { reportOf } from '../../../../worker/core/slo/report.ts';
import { record } from './book/support/records.ts';
import { bookOf, DAY_MS, FAILED, NOW, ONE } from './support/reports.ts';

describe('a day is', () => {
  const PROMISE = { target: 99, promised: 98 };
  it.each<[DayState, string, { good: number; bad: number }, number?]>([
    ['no_data', 'without requests', { good: 0, bad: 0 }],
    ['kept', 'all good', { good: 10, bad: 0 }],
    ['kept', 'at the target', { good: 990, bad: 10 }],
    ['strained', 'below the target', { good: 989, bad: 11 }],
    ['strained', 'at the promise', { good: 980, bad: 20 }],
    ['broken', 'below the promise', { good: 979, bad: 21 }],
    ['strained', 'above the target, with more than a day’s share of the budget', { good: 1_993, bad: 7 }, 6.9],
    ['kept', 'with just the day’s share', { good: 1_993, bad: 7 }, 7],
    ['kept', 'with more than the share of a small budget, but few bad ones', { good: 1_996, bad: 4 }, 0.1],
  ])('%s: %s', (state, _, counts, allowedADay = 100) => {
    expect(dayState(counts, PROMISE, allowedADay, 5)).toBe(state);
  });
});

test('a report has 90 days, today last, by UTC', () => {
  const { book, settings } = bookOf(ONE, [[10, {}]]);
  const count = (agoDays: number, bad: number, of: number): void => {
    const at = NOW - agoDays * DAY_MS;
    for (let index = 0; index < of; index++) book.add(record({ arrivedAt: at, ...(index < bad && FAILED) }), at);
  };
  count(2, 1, 10);
  count(3, 3, 200);
  count(89, 10, 10);
  count(90, 10, 10);
  const { objectives, averages } = reportOf(book, settings, {}, NOW);
  const days = objectives[0]?.days ?? [];
  expect(days).toHaveLength(SHOWN_DAYS);
  expect([days[0], days[1]]).toEqual(['broken', 'no_data']);
  expect(days.slice(-4)).toEqual(['strained', 'broken', 'no_data', 'kept']);
  expect(averages).toEqual([]);
});

test('an average has days too', () => {
  const { book, settings } = bookOf({ ...ONE, averages: [{ name: 'cost', averageUsd: 0.0012 }] }, [[2, {}]]);
  book.add(record({ arrivedAt: NOW - DAY_MS, costMicroUsd: 1_201 }), NOW - DAY_MS);
  expect(reportOf(book, settings, {}, NOW).averages[0]?.days.slice(-3)).toEqual(['no_data', 'broken', 'kept']);
});
