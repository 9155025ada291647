import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { titleOf } from '../../../web-demo/core/title.ts';

describe('a title', () => {
  it.each([
    ['Why?', 'Why?'],
    ['  Why\n\n is\tthis? ', 'Why is this?'],
    ['', ''],
    [' \n ', ''],
    ['a\u202Eb\u2066c\u200Fd', 'abcd'],
    ['a\u0000b\u0007c\u009Fd', 'abcd'],
    ['\uFEFF\u200B', ''],
    ['\u3164', ''],
    ['\u2800 \u200D\uFE0F', ''],
    ['half \uD800 a pair', 'half a pair'],
    ['Z\u0301\u0302\u0303\u0304\u0305\u0306 algo', 'Z\u0301\u0302\u0303 algo'],
    ['<b>not bold</b>', '<b>not bold</b>'],
    [
      'What should I pack for four hot days in Lisbon, hand luggage only, please?',
      'What should I pack for four hot days in Lisbon, hand…',
    ],
    ['日'.repeat(80), `${'日'.repeat(60)}…`],
    ['🎒'.repeat(80), `${'🎒'.repeat(60)}…`],
    [`${'x'.repeat(59)} and more`, `${'x'.repeat(59)}…`],
  ])('of %j is %j', (question, title) => {
    expect(titleOf(question)).toBe(title);
  });

  it('is short, on one line, whole characters only, whatever was asked', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary' }), fc.string({ minLength: 50, maxLength: 3_000 })),
        (question) => {
          const title = titleOf(question);
          expect(Array.from(title).length).toBeLessThanOrEqual(61);
          expect(title).not.toMatch(/[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069]/u);
          expect(title).toBe(title.trim());
          expect(title.isWellFormed()).toBe(true);
        },
      ),
    );
  });
});
