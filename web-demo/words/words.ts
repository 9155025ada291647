/** The words of the page: German if the browser prefers German, or else English. */
import { de } from './de.ts';
import { en } from './en.ts';
import { type Format, formatFor } from './format.ts';

export type Words = ReturnType<typeof en> & { language: 'en' | 'de'; locale: string; format: Format };

/** `languages`: the value of `navigator.languages`. */
export function wordsFor(languages: readonly string[]): Words {
  const known = languages.find((language) => /^(?:en|de)\b/i.test(language)) ?? 'en';
  const language = /^de\b/i.test(known) ? 'de' : 'en';
  const format = formatFor(known);
  return { ...(language === 'de' ? de : en)(format), language, locale: known, format };
}
