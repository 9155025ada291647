/** The English words in an exported conversation. */
import type { Format } from './format.ts';

export const enExport = (format: Format) => ({
  untitled: 'conversation',
  question: (at: number) => `Question, ${format.time(at)}`,
  answer: 'Answer',
  answered: (model: string | null, at: number) =>
    `${model === null ? 'Answered' : `${model} answered`}, ${format.time(at)}`,
  ending: {
    limit: 'ends at its length limit',
    filter: 'ended by the provider’s filter',
    gap: 'some words may be missing',
  },
  stopped: 'Stopped before the end',
  failed: 'Incomplete',
  none: 'No answer',
  waiting: 'Not answered yet',
});
