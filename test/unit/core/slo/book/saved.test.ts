/** What is saved is loaded, also by a build with another config. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Book } from '../../../../../worker/core/slo/book/book.ts';
import type { Objective } from '../../../../../worker/core/slo/slo.ts';
import { bookOf, failed, record, SLO } from './support/records.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const START = 20_000 * DAY_MS;
const NOW = START + 3 * DAY_MS;

const recorded = fc.record({
  at: fc.integer({ min: START, max: NOW }),
  made: fc
    .record({
      tenant: fc.constantFrom('acme', 'globex', null),
      feature: fc.constantFrom('chat', 'search', 'gone', null),
      ttftMs: fc.constantFrom(100, 2_400, 2_600, null),
      totalMs: fc.integer({ min: 0, max: 100_000 }),
      costMicroUsd: fc.integer({ min: 0, max: 2 ** 40 }),
      hops: fc.integer({ min: 0, max: 2 }),
      drill: fc.constantFrom(null, null, 'drill-1'),
    })
    .chain((changed) => fc.constantFrom(record(changed), failed(changed), record({ ...changed, ending: 'left' }))),
});
const recordedList = fc.array(recorded, { maxLength: 30 });
type Recorded = typeof recorded extends fc.Arbitrary<infer One> ? One : never;

const addAll = (book: Book, list: readonly Recorded[]): Book => {
  for (const { made, at } of list) book.add(made, at);
  return book;
};
const sorted = (book: Book): unknown[] =>
  [...book.names].toSorted().map((name) => {
    const series = book.series(name);
    return {
      name,
      success: series?.window('success', 2 * DAY_MS, NOW),
      ttft: series?.window('ttft:2500', HOUR_MS, NOW),
      cost: series?.cost(30 * DAY_MS, NOW),
      percentiles: series?.percentiles('ttft', [0.5, 0.95], DAY_MS, NOW),
      lastAt: series?.lastAt,
    };
  });
const totalsOf = ({ totals }: Book): unknown =>
  Object.values({ ...totals.counters, ...totals.durations }).map((tree) =>
    tree.toJSON().toSorted(([one], [other]) => one.join().localeCompare(other.join())),
  );

describe('a book', () => {
  test('counts the same if it was saved and loaded in between', () => {
    fc.assert(
      fc.property(recordedList, recordedList, recordedList, (one, two, three) => {
        const saved = new Map<string, string>();
        const first = addAll(bookOf(), one);
        for (const [name, text] of first.save()) saved.set(name, text);
        addAll(first, two);
        for (const [name, text] of first.save()) saved.set(name, text);
        const second = bookOf();
        expect(second.load(saved)).toEqual([]);
        addAll(second, three);
        const whole = addAll(bookOf(), [...one, ...two, ...three]);
        expect(sorted(second)).toEqual(sorted(whole));
        expect(totalsOf(second)).toEqual(totalsOf(whole));
      }),
      { numRuns: 25 },
    );
  });

  test('is the same whatever the order of its records', () => {
    const shuffled = recordedList.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const [one, two] = [addAll(bookOf(), list), addAll(bookOf(), other)];
        expect(sorted(two)).toEqual(sorted(one));
        expect(totalsOf(two)).toEqual(totalsOf(one));
      }),
      { numRuns: 25 },
    );
  });

  test('saves what has changed, and no more', () => {
    const book = addAll(bookOf(), [{ made: record(), at: NOW }]);
    const seriesOf = () => [...book.save()].map(([name]) => name).filter((name) => !name.startsWith('='));
    expect(seriesOf()).toHaveLength(5);
    expect(seriesOf()).toEqual([]);
    book.add(record({ tenant: null, feature: null, attempts: [] }), NOW);
    expect(seriesOf()).toEqual(['all']);
  });

  test('names what it cannot read, and loads the rest', () => {
    const rows = new Map(addAll(bookOf(), [{ made: record(), at: NOW }]).save());
    rows.set('=totals', '{"half');
    rows.set('=tenants', '[1, 2');
    rows.set('feature:chat', 'nonsense\n\n5:x 7\n\tA~~~~\n\n\n\nx');
    const again = bookOf();
    expect(again.load(rows)).toEqual(['=totals', '=tenants']);
    again.add(record(), NOW);
    expect(again.series('all')?.window('success', HOUR_MS, NOW).good).toBe(2);
    expect(again.series('feature:chat')?.window('success', HOUR_MS, NOW).good).toBe(1);
  });
});

describe('after objectives have changed', () => {
  const [success, ttft] = SLO.objectives as readonly [Objective, Objective];
  const faster: Objective = { ...ttft, name: 'chat-faster', sli: { kind: 'ttft', underMs: 1_234 } };
  const before = [...addAll(bookOf({ objectives: [success, ttft] }), [{ made: record(), at: NOW }]).save()];
  const windowsOf = (book: Book) =>
    ['success', 'ttft:2500', 'ttft:1234'].map((key) => book.seriesOf(null, 'chat')?.window(key, HOUR_MS, NOW).good);

  test('promises that stayed go on, and new ones begin', () => {
    const book = bookOf({ objectives: [success, faster] });
    expect(book.load(before)).toEqual([]);
    book.add(record(), NOW);
    expect(windowsOf(book)).toEqual([2, 1, 1]);
  });

  test('a promise that comes back finds its counts, whatever was saved in between', () => {
    const without = bookOf({ objectives: [success] });
    without.load(before);
    without.add(record(), NOW);
    const book = bookOf({ objectives: [success, ttft] });
    book.load(without.save());
    book.add(record(), NOW);
    expect(windowsOf(book)).toEqual([3, 2, 0]);
  });

  test('durations with other bounds begin again from zero, and counters go on', () => {
    const book = bookOf({ objectives: [success, faster] });
    book.load(before);
    expect(book.totals.durations.ttft.toJSON()).toEqual([]);
    expect(book.totals.counters.requests.toJSON()).toEqual([[['acme', 'chat', 'good', ''], 1]]);
  });

  test('an edit of thresholds every day does not pile up counters', () => {
    let rows: Iterable<[string, string]> = [];
    let columns = 0;
    for (let underMs = 1_000; underMs < 1_040; underMs++) {
      const book = bookOf({ objectives: [success, { ...ttft, sli: { kind: 'ttft', underMs } }] });
      book.load(rows);
      book.add(record(), NOW);
      rows = [...book.save()];
      columns = [...rows].find(([name]) => name === 'feature:chat')?.[1].split('ttft:').length ?? 0;
    }
    expect(columns).toBeLessThan(12);
  });
});
