/** Was neben Code, Tabellen und Bildern in Antworten steht. */
import type { markdownEn } from './markdown-en.ts';

export const markdownDe: typeof markdownEn = {
  code: (language) => (language === '' ? 'Code' : `Code, ${language}`),
  copy: 'Kopieren',
  copyLabel: (language) => (language === '' ? 'Code kopieren' : `${language}-Code kopieren`),
  copied: 'Kopiert',
  selected: 'Markiert: kopiere es mit Tastatur oder Menü',
  table: 'Tabelle',
  image: 'Bild',
  imageLink: (alt) => (alt === '' ? 'Bild (öffnet in neuem Tab)' : `Bild: ${alt}`),
  task: (isDone) => (isDone ? 'Erledigt' : 'Offen'),
  toEnd: 'Zum Ende',
};
