import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headerAsWritten, headerText } from '../../../worker/response/header-text.ts';

describe('text from outside as a header', () => {
  it.each([
    ['gpt-4o, mini', 'gpt-4o, mini'],
    ['', ''],
    ['a\r\nset-cookie: b', 'a??set-cookie: b'],
    ['mödel', 'm?del'],
    ['x'.repeat(600), 'x'.repeat(512)],
  ])('%j is %j', (text, shown) => expect(headerText(text)).toBe(shown));

  it('ends a long list at a comma, and says how many more there are', () => {
    const names = Array.from({ length: 100 }, (_, index) => `messages[].field_${index}`);
    const shown = headerText(names.join(', '));
    const [, kept = '', more] = /^(.*), \+(\d+) more$/.exec(shown) ?? [];
    expect(kept.split(', ')).toEqual(names.slice(0, names.length - Number(more)));
    expect(shown.length).toBeGreaterThan(480);
    expect(shown.length).toBeLessThanOrEqual(512);
  });

  it('adds up what the list itself leaves out', () => {
    const names = Array.from({ length: 64 }, (_, index) => `field_${index}`);
    const shown = headerText([...names, '+39936 more'].join(', '));
    const [, kept = '', more] = /^(.*), \+(\d+) more$/.exec(shown) ?? [];
    expect(kept.split(', ').length + Number(more)).toBe(40_000);
    expect(headerText('a, b, +3 more')).toBe('a, b, +3 more');
  });

  it('marks a first name that is too long by itself', () => {
    expect(headerText(`${'x'.repeat(600)}, b, c`)).toMatch(/^x{400,}\.\.\., \+2 more$/);
  });

  it('is always a short value that a header may have, and counts every name', () => {
    const name = fc.oneof(fc.string({ unit: 'grapheme' }), fc.stringMatching(/^[a-z[\].]{1,80}$/));
    fc.assert(
      fc.property(fc.array(name, { maxLength: 60 }), (names) => {
        const text = names.join(', ');
        const shown = headerText(text);
        expect(shown).toMatch(/^[\x20-\x7e]{0,512}$/);
        const [, kept = '', more] = /^(.*), \+(\d+) more$/s.exec(shown) ?? [];
        if (more !== undefined) expect(kept.split(', ').length + Number(more)).toBe(text.split(', ').length);
        expect(text.length > 512 && text.includes(', ')).toBe(more !== undefined);
      }),
    );
  });
});

describe('a header as its sender wrote it', () => {
  const asLatin1 = (bytes: Uint8Array) => String.fromCharCode(...bytes);

  it('is the same in UTF-8, however the platform reads it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (text) => {
        const written = text.replace(/[^\x20-\x7e\u00a0-\u{10ffff}]/gu, '');
        expect(headerAsWritten(asLatin1(new TextEncoder().encode(written)))).toBe(written);
      }),
    );
  });

  it.each(['José', 'é', 'Ã', 'Jos\xc3', '\xf0\x9f\x98', '\xed\xa0\x80', '\xc0\xaf', 'Ann', 'José 李', ''])(
    'is itself where it is not UTF-8 by its form: %j',
    (text) => expect(headerAsWritten(text)).toBe(text),
  );
});
