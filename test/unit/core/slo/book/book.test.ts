/** What the book counts of each record, and in which series. */
import { describe, expect, test } from 'vitest';
import { attempt, bookOf, failed, record } from './support/records.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const AT = 20_000 * DAY_MS + 5 * HOUR_MS;
const WINDOWS_MS = [5 * MINUTE_MS, HOUR_MS, 6 * HOUR_MS, DAY_MS, 30 * DAY_MS, 60 * DAY_MS];

describe('a record', () => {
  test('counts in the series of all, of its feature, of its tenant, and of both', () => {
    const book = bookOf();
    book.add(record(), AT);
    book.add(failed(), AT);
    book.add(record({ ending: 'refused', code: 'budget_exceeded', ttftMs: null, attempts: [] }), AT);
    for (const name of ['all', 'feature:chat', 'tenant:acme', 'tenant:acme|feature:chat']) {
      for (const windowMs of WINDOWS_MS) {
        const tally = book.series(name)?.window('success', windowMs, AT + 1);
        expect(tally).toEqual({ good: 1, bad: 1, excluded: { budget: 1 } });
      }
    }
    expect([...book.names].toSorted()).toEqual([
      ...['all', 'deployment:one', 'feature:chat', 'tenant:acme', 'tenant:acme|feature:chat'],
    ]);
  });

  test('counts for its objectives, and with its cost', () => {
    const book = bookOf();
    book.add(record({ ttftMs: 2_501 }), AT);
    book.add(record({ ttftMs: 2_500 }), AT);
    const chat = book.seriesOf(null, 'chat');
    expect(chat?.window('ttft:2500', HOUR_MS, AT)).toEqual({ good: 1, bad: 1, excluded: {} });
    expect(chat?.cost(HOUR_MS, AT)).toBe(2_400);
  });

  test('leaves a window when it is over, and stays in its day', () => {
    const book = bookOf();
    book.add(record(), AT);
    const all = book.series('all');
    expect(all?.window('success', 5 * MINUTE_MS, AT + 5 * MINUTE_MS + 10_000).good).toBe(0);
    expect(all?.window('success', HOUR_MS, AT + 5 * MINUTE_MS + 10_000).good).toBe(1);
    expect(all?.days('success', 20_000 * DAY_MS, 20_001 * DAY_MS).good).toBe(1);
    expect(all?.days('success', 20_001 * DAY_MS, 20_031 * DAY_MS).good).toBe(0);
  });

  test('counts its attempts for their deployments', () => {
    const book = bookOf();
    const attempts = [attempt({ deployment: 'two', result: 'server_error', ttftMs: null }), attempt({ hop: 1 })];
    book.add(record({ attempts, hops: 1 }), AT);
    book.add(record({ attempts: [attempt({ result: 'flagged', ttftMs: null })] }), AT);
    expect(book.series('deployment:two')?.window('success', HOUR_MS, AT)).toMatchObject({ good: 0, bad: 1 });
    expect(book.series('deployment:one')?.window('success', HOUR_MS, AT)).toEqual({
      ...{ good: 1, bad: 0, excluded: { caller: 1 } },
    });
  });
});

test('a saved book can be loaded', () => {
  const book = bookOf();
  book.add(record(), AT);
  book.add(failed(), AT + DAY_MS);
  const rows = [...book.save()];
  const again = bookOf();
  expect(again.load(rows)).toEqual([]);
  expect(again.series('all')?.window('success', 30 * DAY_MS, AT + DAY_MS)).toMatchObject({ good: 1, bad: 1 });
  expect([...again.save()].filter(([name]) => !name.startsWith('='))).toEqual([]);
});
