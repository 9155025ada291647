import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatFor } from '../../../web-demo/words/format.ts';

const british = formatFor('en-GB');
const american = formatFor('en-US');
const german = formatFor('de-DE');
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Intl puts spaces of several kinds between a number and its unit. */
const plain = (text: string) => text.replace(/\s/g, ' ');

describe('numbers as a reader writes them', () => {
  it.each([
    [0, '1 min', 'vor 1 Min.'],
    [4.4 * MINUTE, '4 min', 'vor 4 Min.'],
    [59.4 * MINUTE, '59 min', 'vor 59 Min.'],
    [59.6 * MINUTE, '1 h', 'vor 1 Std.'],
    [47 * HOUR, '47 h', 'vor 47 Std.'],
    [48 * HOUR, '2 days', 'vor 2 Tagen'],
  ])('ages: %d ms', (ms, english, germanAgo) => {
    expect(british.age(ms)).toBe(english);
    expect(british.ago(ms)).toBe(`${english} ago`);
    expect(german.ago(ms)).toBe(germanAgo);
  });

  it.each([
    [0, '0 ms', '0.00 s'],
    [3.4, '3 ms', '0.00 s'],
    [402, '402 ms', '0.40 s'],
    [996, '996 ms', '1.0 s'],
    [1_000, '1.0 s', '1.0 s'],
    [1_900, '1.9 s', '1.9 s'],
    [9_960, '10 s', '10 s'],
    [119_000, '119 s', '119 s'],
  ])('durations: %d ms', (ms, duration, seconds) => {
    expect(british.duration(ms)).toBe(duration);
    expect(british.seconds(ms)).toBe(seconds);
  });

  it('of what took minutes, minutes', () => {
    expect(british.duration(3 * MINUTE)).toBe('3 min');
    expect(german.duration(2 * HOUR)).toBe('2 Std.');
  });

  it.each([
    [0, '$0.00', '0,00 $'],
    [0.00001, '< $0.0001', '< 0,0001 $'],
    [0.0003, '$0.0003', '0,0003 $'],
    [0.012, '$0.012', '0,012 $'],
    [0.5, '$0.50', '0,50 $'],
  ])('amounts: %d', (amount, english, germanText) => {
    expect(plain(american.usd(amount))).toBe(english);
    expect(plain(german.usd(amount))).toBe(germanText);
  });

  it('never writes an amount that was paid as nothing', () => {
    fc.assert(
      fc.property(fc.double({ min: Number.MIN_VALUE, max: 10, noNaN: true }), (amount) => {
        expect(american.usd(amount)).toMatch(/[1-9]/);
      }),
    );
  });
});
