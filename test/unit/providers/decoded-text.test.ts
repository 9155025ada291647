import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodedText } from '../../../worker/providers/shared/decoded-text.ts';

const decoded = (bytes: Buffer, form: 'base64' | 'base64url' = 'base64') =>
  decodedText({ mediaType: 'text/plain', isBase64: true, data: bytes.toString(form) });

describe('the text in a data URL', () => {
  it('is what was written, whatever characters stand where it is read in pieces', () => {
    const piece = fc.constantFrom('a', '%', '\n', 'ä', '€', '🏠', 'a'.repeat(8_189), '🏠'.repeat(2_048));
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 20 }),
        fc.constantFrom('base64' as const, 'base64url' as const),
        (all, form) => {
          expect(decoded(Buffer.from(all.join('')), form)).toBe(all.join(''));
        },
      ),
      { numRuns: 50 },
    );
  });

  it.each([
    [[0xff]],
    [[0x80]],
    [[0xc0, 0x80]],
    [[0xed, 0xa0, 0x80]],
    [[...Array(8_191).fill(0x41), 0xe2]],
    [Array(20_000).fill(0x80)],
  ])('is undefined for bytes that are no UTF-8', (bytes) => {
    expect(decoded(Buffer.from(bytes))).toBeUndefined();
  });

  it.each([
    [' aGVs\n bG8 = ', 'hello'],
    ['', ''],
    ['a$b=', undefined],
    ['äöü', undefined],
  ])('%j: %j', (data, text) => {
    expect(decodedText({ mediaType: 'text/plain', isBase64: true, data })).toBe(text);
  });
});
