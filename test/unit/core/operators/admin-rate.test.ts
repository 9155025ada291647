import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AdminRate } from '../../../../worker/core/operators/admin-rate.ts';

const NOW = 1_800_000_000_000;

describe('AdminRate', () => {
  it('lets 60 through at once, then one each 100 ms', () => {
    const rate = new AdminRate();
    const taken = Array.from({ length: 62 }, () => rate.take('a', NOW));
    expect(taken).toEqual([...Array(60).fill(0), 100, 100]);
    expect(rate.take('a', NOW + 99)).toBe(1);
    expect(rate.take('a', NOW + 100)).toBe(0);
    expect(rate.take('a', NOW + 100)).toBe(100);
    expect(rate.take('b', NOW)).toBe(0);
    // Full again after six seconds of silence, and never fuller.
    const later = NOW + 3_600_000;
    expect(Array.from({ length: 61 }, () => rate.take('a', later)).filter((waitMs) => waitMs === 0)).toHaveLength(60);
  });

  it('never lets more through in a time than 60 and 10 a second, and a wait as told is enough', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 300 }), (gapsMs) => {
        const rate = new AdminRate();
        const through: number[] = [];
        let now = NOW;
        for (const gapMs of gapsMs) {
          now += gapMs;
          const waitMs = rate.take('a', now);
          if (waitMs > 0) {
            now += waitMs;
            expect(rate.take('a', now)).toBe(0);
          }
          through.push(now);
        }
        for (const [from, first] of through.entries()) {
          const last = through.length - 1;
          expect(last - from + 1).toBeLessThanOrEqual(60 + ((through[last] ?? 0) - first) / 100);
        }
      }),
    );
  });

  it('locks nobody out when the clock is set back', () => {
    const rate = new AdminRate();
    for (let call = 0; call < 60; call++) rate.take('a', NOW);
    expect(rate.take('a', NOW)).toBe(100);
    expect(rate.take('a', NOW - 1)).toBe(0);
    expect(rate.take('a', NOW - 86_400_000)).toBe(0);
  });

  it('forgets keys that have been silent, not those that have just called', () => {
    const rate = new AdminRate();
    for (let call = 0; call < 60; call++) rate.take('busy', NOW + 1_000);
    for (let key = 0; key < 5_000; key++) rate.take(`key ${key}`, NOW);
    expect(rate.take('busy', NOW + 1_000)).toBe(100);
  });
});
