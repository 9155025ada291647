/** Percentiles against those of the sorted values. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Histogram } from '../../../../../worker/core/slo/book/histogram.ts';
import { durationLayout } from '../../../../../worker/core/slo/book/layout.ts';

const [HOUR_MS, DAY_MS] = [3_600_000, 86_400_000];
const START = 20_000 * DAY_MS;
const SHARES = [0.5, 0.95, 0.99];

const trueOf = (values: readonly number[], share: number): number => {
  const sorted = values.toSorted((one, other) => one - other);
  return sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? 0;
};

test('percentiles are accurate to within 4.33 %, or to half a millisecond below one millisecond', () => {
  const duration = fc.oneof(
    fc.double({ min: 0, max: 1, noNaN: true }),
    fc.integer({ min: 0, max: 3_600_000 }),
    fc.double({ min: 0, max: Math.log(600_000), noNaN: true }).map(Math.exp),
  );
  fc.assert(
    fc.property(fc.array(duration, { minLength: 1, maxLength: 300 }), (values) => {
      const histogram = new Histogram(durationLayout());
      for (const ms of values) histogram.add(ms, START);
      const loaded = new Histogram(durationLayout());
      loaded.load(histogram.save());
      const found = histogram.percentiles(SHARES, HOUR_MS, START + 1_000);
      expect(loaded.percentiles(SHARES, HOUR_MS, START + 1_000)).toEqual(found);
      for (const [index, share] of SHARES.entries()) {
        const expected = trueOf(values, share);
        const error = Math.abs((found?.[index] ?? Number.NaN) - expected);
        expect(error).toBeLessThanOrEqual(Math.max(0.5, 0.0433 * expected));
      }
    }),
  );
});

test('a window has its own percentiles, from 10-minute figures for a day and daily ones for 90 days', () => {
  const histogram = new Histogram(durationLayout());
  histogram.add(100, START);
  histogram.add(9_000, START + 2 * DAY_MS);
  const now = START + 2 * DAY_MS + HOUR_MS;
  expect(histogram.percentiles([0.5], 2 * HOUR_MS, now)?.[0]).toBeCloseTo(9_000, -3);
  expect(histogram.percentiles([0.5], 30 * DAY_MS, now)?.[0]).toBeCloseTo(100, -1);
  expect(histogram.percentiles([0.5], HOUR_MS, now + 5 * HOUR_MS)).toBeUndefined();
});

test('a duration longer than an hour is counted as an hour', () => {
  const histogram = new Histogram(durationLayout());
  histogram.add(1e12, START);
  expect(histogram.percentiles([0.5], HOUR_MS, START)?.[0]).toBeGreaterThan(3_300_000);
});
