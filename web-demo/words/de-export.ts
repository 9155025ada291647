/** The German words in an exported conversation. */
import type { enExport } from './en-export.ts';
import type { Format } from './format.ts';

export const deExport = (format: Format): ReturnType<typeof enExport> => ({
  untitled: 'gespraech',
  question: (at) => `Frage, ${format.time(at)}`,
  answer: 'Antwort',
  answered: (model, at) => `${model === null ? 'Beantwortet' : `${model} hat geantwortet`}, ${format.time(at)}`,
  ending: {
    limit: 'endet an ihrer Längengrenze',
    filter: 'vom Filter des Anbieters beendet',
    gap: 'vielleicht fehlen Wörter',
  },
  stopped: 'Vor dem Ende gestoppt',
  failed: 'Unvollständig',
  none: 'Keine Antwort',
  waiting: 'Noch nicht beantwortet',
});
