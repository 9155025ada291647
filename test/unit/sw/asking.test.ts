import { expect, it } from 'vitest';
import { endsKey, howToAsk, isReusable, REUSE_KEY_MS, routerErrorIn } from '../../../sw/core/asking.ts';
import {
  headerLimitMs,
  idleLimitMs,
  isLost,
  probeAfterMs,
  resendAfterMs,
  resumeAfterMs,
} from '../../../sw/core/patience.ts';

it.each([
  // A feature that resumes, one that does not, and one that is not known yet.
  [true, 'fail', true, { keyed: true, resume: true }],
  [true, 'fail', false, { keyed: true, resume: false }],
  [false, 'fail', true, { keyed: false, resume: false }],
  [false, 'fail', false, { keyed: false, resume: false }],
  [undefined, 'fail', true, { keyed: true, resume: true }],
  [undefined, 'fail', false, { keyed: true, resume: false }],
  // A question that may be queued has a key from its first try.
  [false, 'queue', true, { keyed: true, resume: false }],
  [true, 'queue', true, { keyed: true, resume: true }],
  // Off is off.
  [true, 'off', true, { keyed: false, resume: false }],
  [undefined, 'off', true, { keyed: false, resume: false }],
] as const)('resumes %s, wish %s, stream %s', (resumes, wish, stream, how) => {
  expect(howToAsk({ resumes, wish, stream })).toEqual(how);
});

it('a key is taken again for 24 hours', () => {
  expect(isReusable({ sentAt: 1_000 }, 1_000)).toBe(true);
  expect(isReusable({ sentAt: 1_000 }, 1_000 + REUSE_KEY_MS - 1)).toBe(true);
  expect(isReusable({ sentAt: 1_000 }, 1_000 + REUSE_KEY_MS)).toBe(false);
});

it('a key that has met its end is not', () => {
  expect(['stopped', 'stream_interrupted', 'idempotency_expired', 'idempotency_mismatch'].every(endsKey)).toBe(true);
  expect(['budget_exceeded', 'providers_unavailable', undefined].some(endsKey)).toBe(false);
});

it('such an end may come as a refusal', () => {
  expect(routerErrorIn('{"error":{"message":"…","code":"stopped"}}').code).toBe('stopped');
  for (const text of ['', 'null', '[]', '{"error":null}', '{"error":"no"}', '{"error":{"code":7}}', '<html>'])
    expect(routerErrorIn(text).code).toBeUndefined();
  const carryon = { attempts: [] };
  expect(routerErrorIn(JSON.stringify({ error: { code: 'x' }, carryon }))).toEqual({ code: 'x', carryon });
  for (const odd of [null, 1, 'x'])
    expect(routerErrorIn(JSON.stringify({ error: {}, carryon: odd })).carryon).toBeUndefined();
});

it('headers are waited for by the clock only where they come at once', () => {
  expect(headerLimitMs({ isResumable: true, hasCopy: true })).toBe(3_000);
  expect(headerLimitMs({ isResumable: true, hasCopy: false })).toBe(8_000);
  expect(headerLimitMs({ isResumable: false, hasCopy: true })).toBeUndefined();
  expect([0, 1, 2, 3, 4, 50].map(probeAfterMs)).toEqual([3_000, 6_000, 12_000, 24_000, 30_000, 30_000]);
});

it('silence is a dead line sooner where heartbeats are due', () => {
  expect(idleLimitMs({ isResumable: true })).toBe(2_500);
  expect(idleLimitMs({ isResumable: false })).toBeGreaterThan(15_000);
});

it('tries are spread, further apart each time, within bounds', () => {
  expect([resendAfterMs(0), resendAfterMs(1)]).toEqual([150, 300]);
  expect([0, 1, 2, 3].map((tries) => resumeAfterMs(tries, 1))).toEqual([100, 200, 400, 800]);
  expect([resumeAfterMs(0, 0), resumeAfterMs(99, 0), resumeAfterMs(5_000, 1)]).toEqual([50, 2_000, 4_000]);
  expect([isLost(0, 29_999), isLost(0, 30_000)]).toEqual([false, true]);
});
