/** Markdown that grows: what is finished is read once, and only the tail is read again. */
import type { Links, Token } from 'marked';
import { withoutHalfLink } from './half-link.ts';
import { closeHalfWritten } from './half-written.ts';
import { type Lexed, lex } from './lexer.ts';
import type { Block } from './nodes.ts';
import { share } from './share.ts';
import { toBlocks } from './to-nodes.ts';

/** How far an answer has been read. A value: each step makes a new one. */
export interface MarkdownDocument {
  /** What is shown. A block that is equal to what stood there before is the same object. */
  blocks: readonly Block[];
  text: string;
  isComplete: boolean;
  /** The first blocks, which nothing that comes can change, and where the text after them begins. */
  frozen: number;
  frozenEnd: number;
  links: Links;
  /** Characters lexed so far, for tests and measurements. */
  lexedCharacters: number;
}

export const EMPTY_DOCUMENT: MarkdownDocument = {
  ...{ blocks: [], text: '', isComplete: false, frozen: 0, frozenEnd: 0, links: {}, lexedCharacters: 0 },
};

/** From here on a tail is read again only when it has grown by a sixteenth: the work stays in proportion to the text. */
const LONG_TAIL = 16_384;

/** The document after `text` came, which usually continues what was there. */
export function advance(before: MarkdownDocument, text: string, isComplete: boolean): MarkdownDocument {
  if (text === before.text && isComplete === before.isComplete) return before;
  if (isComplete) return complete(before, text);
  const known =
    !before.isComplete && text.startsWith(before.text) ? before : { ...EMPTY_DOCUMENT, blocks: before.blocks };
  const tailLength = before.text.length - known.frozenEnd;
  if (known === before && tailLength > LONG_TAIL && text.length - before.text.length < tailLength / 16) return before;
  const frozen = freeze(known, text);
  const tail = closeHalfWritten(clean(text.slice(frozen.frozenEnd)));
  const { tokens } = lex(tail, frozen.links);
  const shown = [...frozen.blocks.slice(0, frozen.frozen), ...withoutHalfLink(toBlocks(tokens))];
  return {
    ...frozen,
    blocks: share(before.blocks, shown),
    text,
    isComplete: false,
    lexedCharacters: frozen.lexedCharacters + tail.length,
  };
}

/** The whole, read in one go: a definition at the end may have made links at the beginning. */
function complete(before: MarkdownDocument, text: string): MarkdownDocument {
  const blocks = share(before.blocks, parse(text));
  const lexedCharacters = before.lexedCharacters + text.length;
  return { ...EMPTY_DOCUMENT, blocks, text, isComplete: true, lexedCharacters };
}

/** A finished text. */
export const parse = (text: string): Block[] => toBlocks(lex(clean(text)).tokens);

const clean = (text: string) => text.replace(/\r\n?/g, '\n').replaceAll('\0', '\ufffd');

/** Takes from the tail what is finished. */
function freeze(document: MarkdownDocument, text: string): MarkdownDocument {
  // Only a new line can finish a block.
  if (!text.slice(document.text.length).includes('\n')) return document;
  const source = text.slice(document.frozenEnd);
  // Carriage returns would shift the places; such a text is read as one tail.
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

/** How many tokens from the first are finished: the next begins on its own, and its first line is whole. */
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
