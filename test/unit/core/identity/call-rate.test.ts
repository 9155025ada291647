import { describe, expect, it } from 'vitest';
import { CallRate, WINDOW_MS } from '../../../../worker/core/identity/call-rate.ts';

describe('the rate of an address', () => {
  it('lets its number through in a minute, says when the next may come, and starts to count again then', () => {
    const rate = new CallRate();
    const waits = [0, 1_000, 2_000, 3_000, 4_000].map((now) => rate.take('a', 3, now));
    expect(waits).toEqual([0, 0, 0, WINDOW_MS - 3_000, WINDOW_MS - 4_000]);
    expect(rate.take('a', 3, WINDOW_MS - 1)).toBe(1);
    expect([0, 1, 2, 3].map((ms) => rate.take('a', 3, WINDOW_MS + ms))).toEqual([0, 0, 0, WINDOW_MS - 3]);
  });

  it('is each address’s own', () => {
    const rate = new CallRate();
    expect(['a', 'b', 'a', 'b'].map((address) => rate.take(address, 1, 0))).toEqual([0, 0, WINDOW_MS, WINDOW_MS]);
  });

  it('holds in a flood from other addresses, until its window is among the oldest of 10,000', () => {
    const rate = new CallRate();
    rate.take('old', 1, 0);
    for (let index = 1; index < 10_000; index++) rate.take(`other ${index}`, 1, index);
    expect(rate.take('old', 1, 10_000)).toBeGreaterThan(0);
    rate.take('one more', 1, 10_001);
    expect(rate.take('old', 1, 10_002)).toBe(0);
    expect(rate.take('other 5000', 1, 10_003)).toBeGreaterThan(0);
  });
});
