/** The words of the page: both languages are complete, and no entry is empty. */
import { describe, expect, it } from 'vitest';
import { wordsFor } from '../../../web-demo/words/words.ts';

const SAMPLES: readonly unknown[][] = [
  [0, 1],
  [1, 1],
  [1_234, 5],
  [90_000_000, 3],
  ['Name', 'B'],
  ['Name', true],
  [['A'], ['B']],
  [
    ['A', 'B'],
    ['C', 'D'],
  ],
  [null, 1],
  [true, 1],
];

/** Each text by its path; functions are called with all samples, and samples of the wrong type yield nothing. */
function textsOf(value: unknown, path: string): [string, string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') {
    const texts = SAMPLES.flatMap((sample) => {
      try {
        const said = textsOf(value(...sample), `${path}(${JSON.stringify(sample)})`);
        return said.some(([, text]) => /undefined|NaN|\[object/.test(text)) ? [] : said;
      } catch {
        return [];
      }
    });
    return texts.length === 0 ? [[path, '']] : texts;
  }
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsOf(inner, `${path}.${key}`));
}

const shape = (value: unknown): unknown =>
  typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner)]))
    : typeof value;

describe('the words', () => {
  it.each(['en', 'en-GB', 'de', 'de-AT'])('%s: none is empty', (language) => {
    const { format, ...words } = wordsFor([language]);
    const texts = textsOf(words, '');
    expect(texts.length).toBeGreaterThan(150);
    expect(texts.filter(([, text]) => text.trim() === '')).toEqual([]);
    expect(format.when(30_000, 0)).toBe('in 30 s');
  });

  it('are the same entries in both languages', () => {
    const { format: _en, ...english } = wordsFor(['en']);
    const { format: _de, ...german } = wordsFor(['de']);
    expect(shape(german)).toEqual(shape(english));
  });

  it('speak to the reader as du', () => {
    const { format: _format, ...words } = wordsFor(['de']);
    expect(textsOf(words, '').filter(([, text]) => /\b(?:Ihre?[nmrs]?|Ihnen)\b/.test(text))).toEqual([]);
  });

  it.each([
    [['fr', 'de-CH', 'en'], 'de', 'de-CH'],
    [['en-GB', 'de'], 'en', 'en-GB'],
    [['fr'], 'en', 'en'],
    [[], 'en', 'en'],
  ])('follow the browser: %j', (languages, language, locale) => {
    expect(wordsFor(languages)).toMatchObject({ language, locale });
  });
});
