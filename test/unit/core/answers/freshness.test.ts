import { expect, it } from 'vitest';
import { ageSeconds, freshness } from '../../../../worker/core/answers/freshness.ts';

const policy = { ttlMs: 10_000, staleTtlMs: 5_000 };

it.each([
  [0, 'fresh'],
  [9_999, 'fresh'],
  [10_000, 'stale'],
  [14_999, 'stale'],
  [15_000, 'gone'],
  [-60_000, 'fresh'],
  [-60_001, 'gone'],
  [Number.NaN, 'gone'],
])('an answer that is %i ms old is %s', (ageMs, expected) => {
  expect(freshness({ storedAt: 1_000_000, now: 1_000_000 + ageMs, policy })).toBe(expected);
});

it('is never stale where nothing stale may serve', () => {
  expect(freshness({ storedAt: 0, now: 10_000, policy: { ttlMs: 10_000, staleTtlMs: 0 } })).toBe('gone');
});

it('tells its age in whole seconds, never below none', () => {
  expect([1_999, 2_000, -5].map((ageMs) => ageSeconds(1_000, 1_000 + ageMs))).toEqual([1, 2, 0]);
});
