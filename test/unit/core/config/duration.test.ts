import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { durationMs, durationText } from '../../../../worker/core/config/duration.ts';

describe('durationMs', () => {
  it.each([
    ['500ms', 500],
    ['0s', 0],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1.5h', 5_400_000],
    ['7d', 604_800_000],
    ['0.4ms', 0],
    ['0.25s', 250],
  ])('%s', (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  it.each([
    '',
    '30',
    's',
    '30 s',
    '-1s',
    '1e3s',
    '1s ',
    ' 1s',
    '1m30s',
    '30S',
    '1,5s',
    '.5s',
    '5.s',
    'Infinitys',
    '1w',
    '３s',
  ])('not %j', (text) => {
    expect(durationMs(text)).toBeUndefined();
  });

  it('says whole units exactly, and nothing else comes through', () => {
    const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), fc.constantFrom(...Object.keys(units)), (amount, unit) => {
        expect(durationMs(`${amount}${unit}`)).toBe(amount * units[unit as keyof typeof units]);
      }),
    );
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = durationMs(text);
        expect(ms === undefined || (Number.isInteger(ms) && /^\d/.test(text))).toBe(true);
      }),
    );
  });
});

it('durationText says what durationMs reads', () => {
  for (const text of ['800ms', '1s', '2.5s', '90s', '2m', '36h', '30d']) {
    expect(durationText(durationMs(text) ?? 0)).toBe(text);
  }
  fc.assert(
    fc.property(fc.nat(10_000_000_000), (ms) => {
      expect(durationMs(durationText(ms))).toBe(ms);
    }),
  );
});
