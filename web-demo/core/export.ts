/** A conversation as a Markdown file. */
import type { Conversation, Turn } from './conversation.ts';

export interface ExportWords {
  untitled: string;
  question(at: number): string;
  answer: string;
  /** Under an answer: where it came from, or why there is none. */
  provenance(turn: Turn): string;
}

/** Answers are Markdown already, and stand as they came; questions are quoted, so that nothing in them becomes a heading. */
export function markdownOf(conversation: Conversation, words: ExportWords): string {
  const parts = conversation.turns.map((turn) =>
    [
      `## ${words.question(turn.askedAt)}`,
      turn.question.replace(/^/gmu, '> '),
      ...(turn.text === '' ? [] : [`### ${words.answer}`, turn.text]),
      `*${words.provenance(turn).replaceAll('*', '\\*')}*`,
    ].join('\n\n'),
  );
  return `${[`# ${escaped(conversation.title) || words.untitled}`, ...parts].join('\n\n')}\n`;
}

const escaped = (title: string): string => title.replace(/[\\`*_[\]<>#&]/g, '\\$&');

const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** A name that every system takes, and that means nothing in a shell. */
export function fileNameOf(title: string, untitled: string): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = Array.from(name).slice(0, 50).join('').replace(/-+$/, '');
  return `${short === '' || RESERVED.test(short) ? untitled : short}.md`;
}
