import { expect, it } from 'vitest';
import { auditValue, LONGEST_VALUE } from '../../../../worker/core/operators/audit-value.ts';

it('keeps what fits, as it is', () => {
  const value = { scope: 'user:ana', limits: { rps: 1, burst: null }, list: ['a', 'ü', '\u2028'] };
  expect(JSON.parse(auditValue(value))).toEqual(value);
  const longest = 'x'.repeat(LONGEST_VALUE - 2);
  expect(JSON.parse(auditValue(longest))).toBe(longest);
});

it.each([undefined, null, Number.NaN, () => 1])('writes null for %s', (value) => {
  expect(auditValue(value)).toBe('null');
});

it.each<[string, unknown]>([
  ['a string', 'x'.repeat(LONGEST_VALUE - 1)],
  ['quotes and backslashes', '"\\'.repeat(LONGEST_VALUE)],
  ['surrogate pairs', { even: '🙂'.repeat(LONGEST_VALUE) }],
  ['surrogate pairs, one unit on', { odds: '🙂'.repeat(LONGEST_VALUE) }],
  ['lone surrogates', '\uD83D'.repeat(LONGEST_VALUE)],
  ['control characters', '\u0000\n'.repeat(LONGEST_VALUE)],
  ['a list', Array.from({ length: LONGEST_VALUE }, (_, index) => ({ index }))],
])('replaces %s that is too long by how it begins, and never leaves broken JSON', (_, value) => {
  const text = auditValue(value);
  const whole = JSON.stringify(value);
  expect(text.length).toBeLessThan(LONGEST_VALUE);
  const { shortenedFrom, begins } = JSON.parse(text);
  expect(shortenedFrom).toBe(whole.length);
  expect(begins.length).toBeGreaterThan(990);
  expect(whole.startsWith(begins)).toBe(true);
  expect(begins.isWellFormed()).toBe(true);
});
