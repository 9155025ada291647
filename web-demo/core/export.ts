/** A conversation as a Markdown file. */
import type { Words } from '../words/words.ts';
import type { Conversation, Turn } from './conversation.ts';

type ExportWords = Words['exported'];

/** Answers are Markdown already, and stand as they came; questions are quoted, so that nothing in them becomes a heading. */
export function markdownOf(conversation: Conversation, words: ExportWords): string {
  const parts = conversation.turns.map((turn) =>
    [
      `## ${words.question(turn.askedAt)}`,
      turn.question.replace(/^/gmu, '> '),
      ...(turn.text === '' ? [] : [`### ${words.answer}`, turn.text]),
      `*${escaped(provenance(turn, words))}*`,
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

function provenance({ outcome, text }: Turn, words: ExportWords): string {
  switch (outcome.state) {
    case 'complete':
      return words.answered(outcome.facts.model, outcome.facts.answeredAt);
    case 'stopped':
      return words.stopped;
    case 'failed':
      return text === '' ? words.none : words.failed;
    case 'asking':
    case 'waiting':
      return words.waiting;
  }
}
