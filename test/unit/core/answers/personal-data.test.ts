import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hasCardNumber } from '../../../../worker/core/answers/card-number.ts';
import { hasIban } from '../../../../worker/core/answers/iban.ts';
import { hasEmail, hasPersonalData } from '../../../../worker/core/answers/personal-data.ts';

describe('an e-mail address', () => {
  it.each([
    'ann@example.com',
    'Write to <ann.lee+news@mail.example.co.uk>.',
    'mailto:ann@example.com?subject=x',
    'ANN@EXAMPLE.COM',
    'jörg@müller.de',
    '"ann lee"@example.com',
    'ann@xn--mller-kva.xn--p1ai',
    'x\nann@example.museum\ny',
    'a @ b, c@d, ann@example.com',
    'https://ann:pass@example.com/',
    '𝒜@example.com',
  ])('is seen in %j', (text) => {
    expect(hasEmail(text)).toBe(true);
  });

  it.each([
    '',
    '@',
    'ann@',
    '@example.com',
    'ann@localhost',
    'a @ example.com',
    'foo@1.2.3',
    '@media (x)',
    'a@b.c',
    'x@y..de',
  ])('is not seen in %j', (text) => {
    expect(hasEmail(text)).toBe(false);
  });
});

const luhn = (digits: string): string => {
  for (let last = 0; last < 10; last++) {
    const all = [...digits, String(last)].map(Number).toReversed();
    const sum = all.reduce(
      (sum, digit, at) => sum + (at % 2 === 0 ? digit : Math.floor((digit * 2) / 10) + ((digit * 2) % 10)),
      0,
    );
    if (sum % 10 === 0) return digits + last;
  }
  throw new Error('one of ten is right');
};

/** Card numbers that payment providers publish for tests. */
const CARDS = [
  '4111111111111111',
  '5555555555554444',
  '378282246310005',
  '6011111111111117',
  '30569309025904',
  '4222222222222',
  '2223003122003222',
];

describe('a card number', () => {
  it.each(CARDS)('is seen however it is written: %s', (card) => {
    const groups = card.match(/.{1,4}/g) ?? [];
    for (const separator of ['', ' ', '-', '.', '\u00a0', '\u202f']) {
      const written = groups.join(separator);
      for (const text of [
        written,
        `Card: ${written}.`,
        `${written} 12/27 123`,
        `12 ${written} 123`,
        `x${written}y`,
        `2024 ${written}`,
      ]) {
        expect([text, hasCardNumber(text)]).toEqual([text, true]);
      }
    }
  });

  it('is seen in the groups of American Express and Diners', () => {
    expect(hasCardNumber('3782 822463 10005')).toBe(true);
    expect(hasCardNumber('3056 930902 5904')).toBe(true);
  });

  it('is not seen where its check digit is wrong', () => {
    for (const card of CARDS) {
      for (let more = 1; more < 10; more++) {
        const wrong = card.slice(0, -1) + ((Number(card.at(-1)) + more) % 10);
        expect([wrong, hasCardNumber(wrong)]).toEqual([wrong, false]);
      }
    }
  });

  it('has 13 to 19 digits and begins with 2 to 6', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[0-9]{9,24}$/), (digits) => {
        const card = luhn(digits);
        expect(hasCardNumber(card)).toBe(card.length >= 13 && card.length <= 19 && /^[2-6]/.test(card));
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    '',
    '4111 1111',
    '1700000000000 1700000000001',
    '4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1',
    '4111\n1111\n1111\n1111',
    '411 1111 1111 1111 1 1',
    '411 1111111111111',
    '4111 1 11111111111',
  ])('is not seen in %j', (text) => {
    expect(hasCardNumber(text)).toBe(false);
  });
});

/** Examples from SWIFT's registry. */
const IBANS = [
  'DE89370400440532013000',
  'GB29NWBK60161331926819',
  'NO9386011117947',
  'FR1420041010050500013M02606',
  'MT84MALT011000012345MTLCAST001S',
  'CH9300762011623852957',
  'LC55HEMM000100010012001200023015',
];

describe('an IBAN', () => {
  it.each(IBANS)('is seen however it is written: %s', (iban) => {
    const groups = iban.match(/.{1,4}/g) ?? [];
    for (const separator of ['', ' ', '-', '\u00a0']) {
      const written = groups.join(separator);
      for (const text of [
        written,
        written.toLowerCase(),
        `IBAN:${written}, please`,
        `an ${written} and more`,
        `{"a":"\\n${written}"}`,
      ]) {
        expect([text, hasIban(text)]).toEqual([text, true]);
      }
    }
  });

  it('is not seen where it is shorter than its country has them, though its check digits are right', () => {
    const remainder = (digits: string) => Number(BigInt(`3704004405321314${digits}`) % 97n);
    const check = Array.from({ length: 97 }, (_, at) => String(at + 2).padStart(2, '0')).find(
      (digits) => remainder(digits) === 1,
    );
    expect(hasIban(`DE${check}370400440532`)).toBe(false);
  });

  it('is not seen where a letter is wrong, or two have changed places', () => {
    for (const iban of IBANS) {
      for (let at = 4; at < iban.length; at++) {
        const [one, next] = [iban[at] ?? '', iban[at + 1] ?? ''];
        const wrong = iban.slice(0, at) + (one === '7' ? '8' : '7') + iban.slice(at + 1);
        expect([wrong, hasIban(wrong)]).toEqual([wrong, false]);
        if (one === next || next === '') continue;
        const swapped = iban.slice(0, at) + next + one + iban.slice(at + 2);
        expect([swapped, hasIban(swapped)]).toEqual([swapped, false]);
      }
    }
  });

  it.each([
    '',
    'DE89',
    'DE8937040044053201300',
    'ZZ89370400440532013000',
    'DE89  3704 0044 0532 0130 00',
    'XDE89370400440532013000',
    'DE89370400;440532013000',
  ])('is not seen in %j', (text) => {
    expect(hasIban(text)).toBe(false);
  });
});

describe('personal data', () => {
  const staff = /staff-\d{4,6}/iu;

  it('is seen wherever a text is: in names, in lists, in numbers, in calls', () => {
    for (const value of [
      'DE89370400440532013000',
      'ann@example.com',
      { a: [{ b: 'ann@example.com' }] },
      { 'ann@example.com': 1 },
      [4111111111111111],
      ['x', 'STAFF-1234'],
    ]) {
      expect(hasPersonalData(value, [staff])).toBe(true);
    }
    expect(hasPersonalData(['x', { a: null, b: true, c: 12, d: 'staff-1' }, undefined], [staff])).toBe(false);
    expect(hasPersonalData('staff-1234', [])).toBe(false);
  });

  it('is not looked for in a picture, but in a text that begins like one', () => {
    expect(hasPersonalData('data:image/png;base64,AAAA4111111111111111AAAA', [])).toBe(false);
    expect(hasPersonalData('data:text/plain,ann@example.com', [])).toBe(true);
    expect(hasPersonalData('data:text/plain;base64,QUJD ann@example.com', [])).toBe(true);
  });

  it('counts as seen where the text cannot be read', () => {
    let deep: unknown = 'x';
    for (let level = 0; level < 10_000; level++) deep = [deep];
    expect(hasPersonalData(deep, [])).toBe(true);
  });

  // Linear time is a hundredth of a second each; a quadratic search of a million characters takes minutes.
  it.each(['a', '1', '1 ', '4111 ', 'a@', '@', 'a.', 'a@a.', 'a-', 'DE89 ', 'DE', 'a1', '\\n', 'x@a', ' ', 'data:'])(
    'is looked for in linear time in a million of %j',
    (piece) => {
      const text = piece.repeat(1_000_000 / piece.length);
      const began = performance.now();
      hasPersonalData(text, []);
      expect(performance.now() - began).toBeLessThan(5_000);
    },
  );
});
