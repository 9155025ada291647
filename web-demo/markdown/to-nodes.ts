/** Turns marked's tokens into our own nodes. */
import type { MarkedToken, Token, Tokens } from 'marked';
import { decodeEntities } from './entities.ts';
import type { Block, Cell, Inline, ListItem } from './nodes.ts';

export function toBlocks(tokens: readonly Token[]): Block[] {
  const blocks: Block[] = [];
  for (const token of tokens as readonly MarkedToken[]) {
    const block = toBlock(token);
    if (block !== null) blocks.push(block);
  }
  return blocks;
}

function toBlock(token: MarkedToken): Block | null {
  switch (token.type) {
    case 'space':
    case 'def':
    // Its list item shows it.
    case 'checkbox':
      return null;
    case 'heading':
      return { kind: 'heading', depth: token.depth, children: toInlines(token.tokens) };
    case 'code':
      return { kind: 'code', language: token.lang?.trim().split(/\s/, 1)[0] ?? '', text: token.text };
    case 'blockquote':
      return { kind: 'quote', children: toBlocks(token.tokens) };
    case 'list':
      return { kind: 'list', start: token.start === '' ? null : token.start, items: token.items.map(toItem) };
    case 'table':
      return { kind: 'table', header: token.header.map(toCell), rows: token.rows.map((row) => row.map(toCell)) };
    case 'hr':
      return { kind: 'rule' };
    case 'paragraph':
    case 'text':
      return { kind: 'paragraph', children: toInlines(token.tokens ?? [token]) };
    default:
      return { kind: 'paragraph', children: toInlines([token]) };
  }
}

const toItem = (item: Tokens.ListItem): ListItem => ({
  checked: item.task ? item.checked === true : null,
  isLoose: item.loose,
  children: toBlocks(item.tokens),
});

const toCell = ({ align, tokens }: Tokens.TableCell): Cell => ({ align, children: withBreaks(toInlines(tokens)) });

/** In a table's cell only `<br>` can break a line, so it is the one tag that is understood. */
function withBreaks(children: readonly Inline[]): Inline[] {
  return children.flatMap((child): Inline[] => {
    if (child.kind !== 'text') return [child];
    const parts = child.text.split(/<br[ \t]*\/?>/i);
    return parts.flatMap((text, index): Inline[] => [
      ...(index > 0 ? [{ kind: 'break' } as const] : []),
      ...(text === '' ? [] : [{ kind: 'text', text } as const]),
    ]);
  });
}

function toInlines(tokens: readonly Token[]): Inline[] {
  const inlines: Inline[] = [];
  for (const token of tokens as readonly MarkedToken[]) {
    const inline = toInline(token);
    if (inline === null) continue;
    const last = inlines.at(-1);
    if (inline.kind === 'text' && last?.kind === 'text') {
      inlines[inlines.length - 1] = { kind: 'text', text: last.text + inline.text };
    } else inlines.push(inline);
  }
  return inlines;
}

function toInline(token: MarkedToken): Inline | null {
  switch (token.type) {
    case 'checkbox':
      return null;
    case 'strong':
      return { kind: 'strong', children: toInlines(token.tokens) };
    case 'em':
      return { kind: 'emphasis', children: toInlines(token.tokens) };
    case 'del':
      return { kind: 'deleted', children: toInlines(token.tokens) };
    case 'codespan':
      return { kind: 'code', text: token.text };
    case 'br':
      return { kind: 'break' };
    case 'link': {
      const isBare = token.autolink === true;
      const href = isBare ? token.href : decodeEntities(token.href);
      return { kind: 'link', href, raw: token.raw, isBare, children: toInlines(token.tokens) };
    }
    case 'image':
      return { kind: 'image', href: decodeEntities(token.href), raw: token.raw, alt: textOf(toInlines(token.tokens)) };
    case 'escape':
      return { kind: 'text', text: token.text };
    case 'text':
      return { kind: 'text', text: decodeEntities(token.text) };
    default:
      return { kind: 'text', text: token.raw };
  }
}

/** The text without its marks. */
export function textOf(inlines: readonly Inline[]): string {
  return inlines
    .map((inline) => {
      if (inline.kind === 'break') return '\n';
      if (inline.kind === 'image') return inline.alt;
      if (inline.kind === 'text' || inline.kind === 'code') return inline.text;
      return textOf(inline.children);
    })
    .join('');
}
