/** German. */
import type { en } from './en.ts';
import type { Format } from './format.ts';

export const de = (format: Format): ReturnType<typeof en> => ({
  app: { name: 'Carryon', tagline: 'KI, die weitermacht.' },
  list: { newChat: 'Neuer Chat', today: 'Heute', yesterday: 'Gestern' },
  strip: { connected: 'Verbunden' },
  provenance: { savedAgo: (ageMs) => `Gespeichert ${format.ago(ageMs)}` },
});
