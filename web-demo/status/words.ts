/** The words of the page: German if the browser prefers German, or else English. */
import { type Figures, figuresFor } from './figures.ts';
import { statusDe } from './words-de.ts';
import { statusEn } from './words-en.ts';

export type StatusWords = ReturnType<typeof statusEn> & { language: 'en' | 'de'; figures: Figures };

/** `languages`: the value of `navigator.languages`. */
export function statusWords(languages: readonly string[]): StatusWords {
  const locale = languages.find((one) => /^(?:en|de)\b/i.test(one)) ?? 'en';
  const language = /^de\b/i.test(locale) ? 'de' : 'en';
  const figures = figuresFor(locale);
  return { ...(language === 'de' ? statusDe : statusEn)(figures), language, figures };
}
