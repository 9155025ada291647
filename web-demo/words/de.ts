/** German. */

import type { en } from './en.ts';
import type { Format } from './format.ts';
import { lineDe } from './line-de.ts';
import { markdownDe } from './markdown-de.ts';

export const de = (format: Format): ReturnType<typeof en> => ({
  app: { name: 'Carryon', tagline: 'KI, die weitermacht.' },
  list: { newChat: 'Neuer Chat', today: 'Heute', yesterday: 'Gestern' },
  ...lineDe(format),
  markdown: markdownDe,
});
