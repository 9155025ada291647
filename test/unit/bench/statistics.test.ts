import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, median, percentile, summarize } from '../../../bench/statistics.ts';

const numbers = fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 });

describe('percentile', () => {
  it('is the nearest rank', () => {
    const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(percentile(hundred, 0.5)).toBe(50);
    expect(percentile(hundred, 0.99)).toBe(99);
    expect(percentile(hundred, 1)).toBe(100);
    expect(percentile(hundred, 0)).toBe(1);
    expect(percentile([7], 0.99)).toBe(7);
  });

  it('is one of the values, with at least the asked share at or below it', () => {
    fc.assert(
      fc.property(numbers, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const value = percentile(values, share);
        expect(values.some((one) => one === value)).toBe(true);
        expect(values.filter((one) => one <= value).length).toBeGreaterThanOrEqual(share * values.length);
      }),
    );
  });

  it('of nothing is not a number', () => {
    expect(percentile([], 0.5)).toBeNaN();
    expect(median([])).toBeNaN();
  });
});

describe('median', () => {
  it('is the middle, or halfway between the two middle ones', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([9, 1, 5, 6])).toBe(5.5);
  });

  it('leaves its argument as it was', () => {
    const values = [3, 1, 2];
    median(values);
    percentile(values, 0.5);
    expect(values).toEqual([3, 1, 2]);
  });
});

describe('summarize', () => {
  it('keeps every round beside the median, the least disturbed tenth and the total', () => {
    const rounds = [5, 1, 2, 3, 4, 6, 7, 8, 9, 105];
    expect(summarize(rounds)).toEqual({ median: 5.5, q10: 1, total: 15, low: 1, high: 105, rounds });
  });

  it('takes the best of rates from above, and their total as all requests over all of the time', () => {
    // Equally many requests at 100/s and at 300/s: two in 1/100 + 1/300 s.
    expect(summarize([100, 300], 'rate')).toMatchObject({ median: 200, q10: 300, total: expect.closeTo(150, 9) });
  });
});

describe('compare', () => {
  it('compares round by round, so that a minute that slowed both does not count', () => {
    const { ratio, difference } = compare([10, 100, 10], [20, 200, 20]);
    expect(ratio).toMatchObject({ median: 0.5, q10: 0.5, total: 0.5, rounds: [0.5, 0.5, 0.5] });
    expect(difference).toMatchObject({ median: -10, rounds: [-10, -100, -10] });
  });

  it('sets least disturbed against least disturbed, and total against total', () => {
    const { ratio } = compare([4, 2, 30], [3, 1, 2]);
    expect(ratio).toMatchObject({ q10: 2, total: 6 });
  });

  it('refuses columns of different lengths', () => {
    expect(() => compare([1, 2], [1])).toThrow('2 rounds of one, 1 of the other');
  });
});
