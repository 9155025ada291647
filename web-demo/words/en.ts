/** English. Every word that the page shows is here; `de.ts` has the same. */

import type { Format } from './format.ts';
import { lineEn } from './line-en.ts';
import { markdownEn } from './markdown-en.ts';

export const en = (format: Format) => ({
  app: { name: 'Carryon', tagline: 'AI that carries on.' },
  list: { newChat: 'New chat', today: 'Today', yesterday: 'Yesterday' },
  ...lineEn(format),
  markdown: markdownEn,
});
