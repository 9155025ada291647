/** Reads Markdown that grows. A finished part is read once, and only the tail is read again. */
import type { Links, Token } from 'marked';
import { withoutHalfLink } from './half-link.ts';
import { closeHalfWritten } from './half-written.ts';
import { type Lexed, lex } from './lexer.ts';
import type { Block } from './nodes.ts';
import { share } from './share.ts';
import { toBlocks } from './to-nodes.ts';

/** How far an answer has been read. It is immutable, and each step makes a new one. */
export interface MarkdownDocument {
  /** The blocks to show. A block that has not changed is the same object as before. */
  blocks: readonly Block[];
  text: string;
  isComplete: boolean;
  /** How many first blocks no later text can change, and where the text after them begins. */
  frozen: number;
  frozenEnd: number;
  links: Links;
  /** Characters lexed so far, for tests and measurements. */
  lexedCharacters: number;
}

export const EMPTY_DOCUMENT: MarkdownDocument = {
  ...{ blocks: [], text: '', isComplete: false, frozen: 0, frozenEnd: 0, links: {}, lexedCharacters: 0 },
};

/** A tail longer than this is read again only when it has grown by a sixteenth, so the work stays in proportion to the text. */
const LONG_TAIL = 16_384;
/** Text after this many characters is shown as it was written. */
const LONGEST = 200_000;
const PLAIN_PART = 10_000;
/** A line that may define what `[a link]` of an earlier block means. */
const DEFINITION = /^[ \t>]*\[[^\]]+\]:|\r/m;

/** The document after `text` came, which usually continues the earlier text. */
export function advance(before: MarkdownDocument, text: string, isComplete: boolean): MarkdownDocument {
  if (text === before.text && isComplete === before.isComplete) return before;
  if (text.length > LONGEST) return withRest(before, text, isComplete);
  const continued = !before.isComplete && text.startsWith(before.text);
  const known = continued ? before : { ...EMPTY_DOCUMENT, blocks: before.blocks };
  if (isComplete) return complete(known, text);
  const tailLength = before.text.length - known.frozenEnd;
  if (continued && tailLength > LONG_TAIL && text.length - before.text.length < tailLength / 16) return before;
  const frozen = freeze(known, text);
  const tail = closeHalfWritten(clean(text.slice(frozen.frozenEnd)));
  return { ...withTail(frozen, withoutHalfLink(toBlocks(lex(tail, frozen.links).tokens)), tail.length), text };
}

/** `document` with `tail` after its frozen blocks. */
function withTail(document: MarkdownDocument, tail: readonly Block[], length: number): MarkdownDocument {
  const shown = [...document.blocks.slice(0, document.frozen), ...tail];
  const lexedCharacters = document.lexedCharacters + length;
  return { ...document, blocks: share(document.blocks, shown), isComplete: false, lexedCharacters };
}

/** The last step. If a definition may turn earlier text into links, the whole text is read again. */
function complete(before: MarkdownDocument, text: string): MarkdownDocument {
  const isWhole = DEFINITION.test(text);
  const tail = isWhole ? text : text.slice(before.frozenEnd);
  const document = isWhole ? { ...before, frozen: 0, frozenEnd: 0, links: {} } : before;
  const blocks = toBlocks(lex(clean(tail), document.links).tokens);
  return { ...withTail(document, blocks, tail.length), text, isComplete: true };
}

/** The document of a text so long that only its beginning is read as Markdown. */
function withRest(before: MarkdownDocument, text: string, isComplete: boolean): MarkdownDocument {
  const beginning = text.slice(0, LONGEST);
  const isRead = before.text.length > LONGEST && before.text.startsWith(beginning);
  const read = isRead ? before.blocks.slice(0, before.frozen) : parse(beginning);
  const rest: Block[] = [];
  for (let at = LONGEST; at < text.length; at += PLAIN_PART)
    rest.push({ kind: 'plain', text: clean(text.slice(at, at + PLAIN_PART)) });
  const lexedCharacters = before.lexedCharacters + (isRead ? 0 : LONGEST);
  const blocks = share(before.blocks, [...read, ...rest]);
  return { ...EMPTY_DOCUMENT, blocks, text, isComplete, frozen: read.length, lexedCharacters };
}

/** The blocks of a finished text. */
export const parse = (text: string): readonly Block[] =>
  text.length > LONGEST ? advance(EMPTY_DOCUMENT, text, true).blocks : toBlocks(lex(clean(text)).tokens);

const clean = (text: string) => text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');

/** Freezes the finished part of the tail. */
function freeze(document: MarkdownDocument, text: string): MarkdownDocument {
  // Only a new line can finish a block.
  if (!text.slice(document.text.length).includes('\n')) return document;
  const source = text.slice(document.frozenEnd);
  // Carriage returns would shift the positions, so a text with them is read as one tail.
  if (source.includes('\r')) return document;
  const lexed = lex(clean(source), document.links);
  const lexedCharacters = document.lexedCharacters + source.length;
  const count = finishedTokens(lexed, source);
  if (count === 0) return { ...document, lexedCharacters };
  const finished = lexed.tokens.slice(0, count);
  const raw = finished.map((token) => token.raw).join('');
  const before = document.blocks.slice(0, document.frozen);
  const blocks = [...before, ...share(document.blocks.slice(document.frozen), toBlocks(finished))];
  const links = { ...document.links };
  for (const token of finished as readonly Token[])
    if (token.type === 'def' && !Object.hasOwn(links, token.tag))
      links[token.tag] = { href: token.href, title: token.title };
  return {
    ...document,
    blocks,
    frozen: blocks.length,
    frozenEnd: document.frozenEnd + raw.length,
    links,
    lexedCharacters,
  };
}

/** How many first tokens are finished. A token is finished if the next one begins on its own and its first line is whole. */
function finishedTokens({ tokens }: Lexed, source: string): number {
  const lastLine = source.lastIndexOf('\n');
  let at = 0;
  let count = 0;
  for (const [index, token] of tokens.entries()) {
    const previous = tokens[index - 1];
    const isApart = previous !== undefined && ['space', 'heading', 'hr'].includes(previous.type);
    if (isApart && token.type !== 'space' && at < lastLine) count = index;
    if (!source.startsWith(token.raw, at)) return 0;
    at += token.raw.length;
  }
  return count;
}
