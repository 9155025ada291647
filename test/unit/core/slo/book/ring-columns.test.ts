/** The properties of counts over time, with the true sums beside them. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countedLayout, Layout } from '../../../../../worker/core/slo/book/layout.ts';
import { RingColumns } from '../../../../../worker/core/slo/book/ring-columns.ts';

const [SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS] = [1_000, 60_000, 3_600_000, 86_400_000];
const START = 20_000 * DAY_MS;
const LAYOUT = countedLayout(400);
const WINDOWS_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 6 * HOUR_MS, 3 * DAY_MS, 30 * DAY_MS, 60 * DAY_MS];

interface Count {
  at: number;
  name: string;
  amount: number;
}

const count = fc.record({
  at: fc.oneof(fc.integer({ min: 0, max: 90 * DAY_MS }), fc.integer({ min: 89 * DAY_MS, max: 90 * DAY_MS })),
  name: fc.constantFrom('good', 'bad'),
  amount: fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 2 ** 34 })),
});
const counts = fc.array(count, { maxLength: 60 });

function ringsOf(list: readonly Count[]): RingColumns {
  const rings = new RingColumns(LAYOUT);
  for (const { at, name, amount } of list) {
    rings.moveTo(START + at);
    rings.count(name, amount);
  }
  return rings;
}

const sumsOf = (rings: RingColumns, now: number): number[] =>
  ['good', 'bad'].flatMap((name) => [
    ...WINDOWS_MS.map((windowMs) => rings.sum(name, windowMs, now)),
    rings.sumOfDays(name, START, START + 91 * DAY_MS),
  ]);

describe('rings', () => {
  test('sum up a window to at least what is certainly inside it, and at most what may be inside it', () => {
    fc.assert(
      fc.property(counts, fc.integer({ min: 0, max: HOUR_MS }), (list, later) => {
        const rings = ringsOf(list);
        const now = START + Math.max(0, ...list.map(({ at }) => at)) + later;
        for (const windowMs of WINDOWS_MS) {
          const width = windowMs / 60;
          const within = (from: number) =>
            list
              .filter(({ at, name }) => name === 'good' && START + at >= from)
              .reduce((sum, { amount }) => sum + amount, 0);
          const sum = rings.sum('good', windowMs, now);
          expect(sum).toBeGreaterThanOrEqual(within(now - windowMs + width));
          expect(sum).toBeLessThanOrEqual(within(now - windowMs - width));
        }
      }),
    );
  });

  test('are exact for a past time span that begins and ends with a cell', () => {
    const day = fc.integer({ min: 0, max: 90 });
    const hours = fc.integer({ min: 89 * 12, max: 90 * 12 });
    const minutes = fc.integer({ min: 90 * 720 - 180, max: 90 * 720 });
    const span = fc.oneof(
      fc.tuple(day, day).map((days) => days.map((one) => one * DAY_MS)),
      fc.tuple(day, hours).map(([one, other]) => [one * DAY_MS, other * 2 * HOUR_MS]),
      fc.tuple(hours, minutes).map(([one, other]) => [one * 2 * HOUR_MS, other * 2 * MINUTE_MS]),
    );
    fc.assert(
      fc.property(counts, span, (list, ends) => {
        const [from = 0, to = 0] = ends.toSorted((one, other) => one - other);
        // Something was counted last, at the end of all.
        const rings = ringsOf([...list, { at: 90 * DAY_MS, name: 'other', amount: 1 }]);
        const inside = list.filter(({ at, name }) => name === 'good' && at >= from && at < to);
        const sum = inside.reduce((all, { amount }) => all + amount, 0);
        expect(rings.between('good', START + from, START + to)).toBe(sum);
      }),
    );
  });

  test('are the same whatever the order of the counts', () => {
    const shuffled = counts.chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const now = START + 90 * DAY_MS;
        expect(sumsOf(ringsOf(other), now)).toEqual(sumsOf(ringsOf(list), now));
      }),
    );
  });

  test('are the same if they were saved and loaded in between', () => {
    fc.assert(
      fc.property(counts, counts, (before, after) => {
        const loaded = new RingColumns(LAYOUT);
        loaded.load(ringsOf(before).save(), () => true);
        for (const { at, name, amount } of after) {
          loaded.moveTo(START + at);
          loaded.count(name, amount);
        }
        const now = START + 90 * DAY_MS;
        expect(sumsOf(loaded, now)).toEqual(sumsOf(ringsOf([...before, ...after]), now));
      }),
    );
  });

  test('hold the counts of both after a merge', () => {
    fc.assert(
      fc.property(counts, counts, (one, other) => {
        const merged = ringsOf(one);
        merged.merge(ringsOf(other));
        const now = START + 90 * DAY_MS;
        expect(sumsOf(merged, now)).toEqual(sumsOf(ringsOf([...one, ...other]), now));
      }),
    );
  });

  test('load what rings of another retention have saved', () => {
    const long = ringsOf([{ at: 0, name: 'good', amount: 7 }]);
    const short = new RingColumns(countedLayout(30));
    short.load(long.save(), () => true);
    expect(short.sumOfDays('good', START, START + DAY_MS)).toBe(7);
    short.moveTo(START + 31 * DAY_MS);
    expect(short.sumOfDays('good', START, START + DAY_MS)).toBe(0);
  });

  test('forget everything that a long silence leaves behind', () => {
    for (const { widthMs, cells } of LAYOUT.rings) {
      for (const silent of [cells - 1, cells, 2 * cells - 1, 2 * cells]) {
        const rings = new RingColumns(new Layout([{ widthMs, cells }]));
        for (const cell of [0, silent]) {
          rings.moveTo(START + cell * widthMs);
          rings.count('good');
        }
        const now = START + (silent + 1) * widthMs - 1;
        expect(rings.sum('good', (cells - 1) * widthMs, now)).toBeCloseTo(silent < cells ? 1 + 1 / widthMs : 1, 9);
      }
    }
  });

  test('count a late request in the rings that still reach its time', () => {
    const rings = ringsOf([{ at: HOUR_MS, name: 'good', amount: 1 }]);
    rings.moveTo(START + HOUR_MS - 15 * MINUTE_MS);
    rings.count('good');
    const now = START + HOUR_MS + SECOND_MS;
    expect(rings.sum('good', 5 * MINUTE_MS, now)).toBe(1);
    expect(rings.sum('good', 30 * MINUTE_MS, now)).toBe(2);
    expect(rings.sum('good', 30 * DAY_MS, now)).toBe(2);
  });
});
