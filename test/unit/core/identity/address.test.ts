import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countedAddress } from '../../../../worker/core/identity/address.ts';

describe('the address that a rate counts', () => {
  it.each([
    ['203.0.113.7', '203.0.113.7'],
    [' 203.0.113.7 ', '203.0.113.7'],
    ['203.0.113.7:51000', '203.0.113.7'],
    ['203.000.113.007', '203.0.113.7'],
    ['198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['junk, 203.0.113.7', '203.0.113.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::ffff', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::1]:443', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
    ['1::', '1:0:0:0::/64'],
    ['::ffff:203.0.113.7', '203.0.113.7'],
    ['::FFFF:203.0.113.7', '203.0.113.7'],
    ['0:0:0:0:0:ffff:203.0.113.7', '203.0.113.7'],
    ['::ffff:cb00:7107', '203.0.113.7'],
    ['[::ffff:203.0.113.7]:51000', '203.0.113.7'],
    ['64:ff9b::203.0.113.7', '64:ff9b:0:0::/64'],
  ])('of %j is %s', (written, counted) => {
    expect(countedAddress(written)).toBe(counted);
  });

  it.each([
    '',
    ' ',
    'unknown',
    '_hidden',
    'localhost',
    '203.0.113',
    '203.0.113.256',
    '203.0.113.7.8',
    '1.2.3.4,',
    ':::',
    '1:::2',
    '1::2::3',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '12345::',
    'g::',
    '::1.2.3',
    '::1.2.3.256',
    '[::1',
    '1',
  ])('is not found in %j', (written) => {
    expect(countedAddress(written)).toBeUndefined();
  });

  it('is the same for all of a /64, however it is written, and another for the next', () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const groups = fc.tuple(group, group, group, group, group, group, group, group);
    fc.assert(
      fc.property(groups, groups, fc.boolean(), (one, other, isUpper) => {
        const text = (all: number[]) => all.map((value) => value.toString(16).padStart(isUpper ? 4 : 1, '0')).join(':');
        const same = [...one.slice(0, 4), ...other.slice(4)];
        const next = [one[0], one[1], one[2], (one[3] + 1) & 0xffff, ...one.slice(4)];
        fc.pre([one, same].every((all) => all.slice(0, 5).some((value) => value > 0)));
        expect(countedAddress(isUpper ? text(one).toUpperCase() : text(one))).toBe(countedAddress(text(same)));
        expect(countedAddress(text(one))).not.toBe(countedAddress(text(next)));
      }),
    );
  });

  it('is one number for an IPv4 address and its mapped form', () => {
    const byte = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(byte, byte, byte, byte), (bytes) => {
        const written = bytes.join('.');
        expect(countedAddress(written)).toBe(written);
        expect(countedAddress(`::ffff:${written}`)).toBe(written);
      }),
    );
  });

  it('takes text of any length and kind without a fault', () => {
    fc.assert(fc.property(fc.string(), (text) => void countedAddress(text)));
    expect(countedAddress(':'.repeat(100_000))).toBeUndefined();
    expect(countedAddress('1.'.repeat(100_000))).toBeUndefined();
    expect(countedAddress(`:${'1.'.repeat(100_000)}x`)).toBeUndefined();
    expect(countedAddress(`${'9'.repeat(100_000)}, 203.0.113.7`)).toBe('203.0.113.7');
  });
});
