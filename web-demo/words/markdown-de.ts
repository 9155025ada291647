/** The German words beside the code, tables and pictures of answers. */
import type { markdownEn } from './markdown-en.ts';

export const markdownDe: typeof markdownEn = {
  code: (language) => (language === '' ? 'Code' : `Code, ${language}`),
  copy: 'Kopieren',
  copyLabel: (language) => (language === '' ? 'Code kopieren' : `${language}-Code kopieren`),
  copied: 'Kopiert',
  selected: 'Markiert: Kopier es mit der Tastatur oder dem Menü',
  table: 'Tabelle',
  image: 'Bild',
  imageLink: (alt) => (alt === '' ? 'Bild (öffnet in neuem Tab)' : `Bild: ${alt}`),
  task: (isDone) => (isDone ? 'Erledigt' : 'Offen'),
  toEnd: 'Zum Ende',
};
