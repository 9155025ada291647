import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compare, median, percentile, spread } from '../../../bench/statistics.ts';

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

describe('spread and compare', () => {
  it('keeps every round beside the extremes', () => {
    expect(spread([3, 1, 2])).toEqual({ median: 2, low: 1, high: 3, rounds: [3, 1, 2] });
  });

  it('compares round by round, so that a minute that slowed both does not count', () => {
    const { ratio, difference } = compare([10, 100, 10], [20, 200, 20]);
    expect(ratio).toMatchObject({ median: 0.5, low: 0.5, high: 0.5 });
    expect(difference).toMatchObject({ median: -10, low: -100, high: -10 });
  });

  it('refuses columns of different lengths', () => {
    expect(() => compare([1, 2], [1])).toThrow('2 rounds of one, 1 of the other');
  });
});
