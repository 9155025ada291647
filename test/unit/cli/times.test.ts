import { expect, it } from 'vitest';
import { durationText, untilText, utc } from '../../../cli/times.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

it.each([
  [-5, '0 s'],
  [0, '0 s'],
  [1, '1 s'],
  [119 * SECOND, '119 s'],
  [119 * SECOND + 1, '2 min'],
  [119 * MINUTE, '119 min'],
  [119 * MINUTE + 1, '2 h'],
  [2 * HOUR + MINUTE, '2 h 1 min'],
  [2 * DAY - 1, '2 d'],
  [3 * DAY + 4 * HOUR - 1, '3 d 4 h'],
  [30 * DAY, '30 d'],
])('%d ms are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

it('says an end by the clock and from now on', () => {
  const now = Date.UTC(2026, 10, 28, 21, 41);
  expect(utc(now)).toBe('2026-11-28 21:41:00 UTC');
  expect(untilText(now + 2 * HOUR - MINUTE, now)).toBe('until 2026-11-28 23:40:00 UTC (119 min left)');
  expect(untilText(null, now)).toBe('without an end');
});
