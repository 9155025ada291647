/** A conversation as a Markdown file. */
import type { Words } from '../words/words.ts';
import type { Conversation, Turn } from './conversation.ts';
import { endingOf } from './ending.ts';
import type { AnswerFacts } from './facts.ts';

type ExportWords = Words['exported'];

/**
 * Answers are Markdown already and stay as they came, but an open code block is closed. Questions are quoted, so that nothing in them
 * becomes a heading.
 */
export function markdownOf(conversation: Conversation, words: ExportWords): string {
  const parts = conversation.turns.map((turn) =>
    [
      `## ${words.question(turn.askedAt)}`,
      turn.question.replace(/^/gmu, '> '),
      ...(turn.text === '' ? [] : [`### ${words.answer}`, closed(turn.text)]),
      `*${escaped(provenance(turn, words))}*`,
    ].join('\n\n'),
  );
  return `${[`# ${escaped(conversation.title) || words.untitled}`, ...parts].join('\n\n')}\n`;
}

const escaped = (title: string): string => title.replace(/[\\`*_[\]<>#&]/g, '\\$&');

const RESERVED = /^(?:con|prn|aux|nul|com\d|lpt\d)$/i;

/** A file name that every system accepts, without characters that are special in a shell. */
export function fileNameOf(title: string, untitled: string): string {
  const name = title
    .normalize('NFC')
    .replace(/[^\p{L}\p{N}\p{M}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  const short = Array.from(name).slice(0, 50).join('').replace(/-+$/, '');
  return `${short === '' || RESERVED.test(short) ? untitled : short}.md`;
}

function answeredWith(facts: AnswerFacts, words: ExportWords): string {
  const ending = endingOf(facts);
  const answered = words.answered(facts.model, facts.answeredAt);
  return ending === null ? answered : `${answered} (${words.ending[ending]})`;
}

/** The fence that an answer leaves open, which would turn everything after it into code; undefined if there is none. */
function openFence(text: string): string | undefined {
  let open: string | undefined;
  for (const [, fence = '', info = ''] of text.matchAll(/^ {0,3}(`{3,}|~{3,})(.*)$/gm)) {
    if (open === undefined) {
      // A run of backticks with more backticks later in the line is code within the line.
      if (fence[0] === '~' || !info.includes('`')) open = fence;
    } else if (fence.startsWith(open) && info.trim() === '') open = undefined;
  }
  return open;
}

function closed(text: string): string {
  const fence = openFence(text);
  return fence === undefined ? text : `${text.replace(/\n$/, '')}\n${fence}`;
}

function provenance({ outcome, text }: Turn, words: ExportWords): string {
  switch (outcome.state) {
    case 'complete':
      return answeredWith(outcome.facts, words);
    case 'stopped':
      return words.stopped;
    case 'failed':
      return text === '' ? words.none : words.failed;
    case 'asking':
    case 'waiting':
      return words.waiting;
  }
}
