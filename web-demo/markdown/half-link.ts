/** An address that is still being written would lead to the wrong place. It becomes a link once something else follows it. */
import type { Block, Inline } from './nodes.ts';
import { textOf } from './to-nodes.ts';

/** The same blocks, but with a bare address at their very end shown as text. */
export function withoutHalfLink(blocks: readonly Block[]): Block[] {
  const last = blocks.at(-1);
  return last === undefined ? [] : [...blocks.slice(0, -1), inBlock(last)];
}

function inBlock(block: Block): Block {
  switch (block.kind) {
    case 'paragraph':
    case 'heading':
      return { ...block, children: inInlines(block.children) };
    case 'quote':
      return { ...block, children: withoutHalfLink(block.children) };
    case 'list': {
      const last = block.items.at(-1);
      if (last === undefined) return block;
      return { ...block, items: [...block.items.slice(0, -1), { ...last, children: withoutHalfLink(last.children) }] };
    }
    default:
      return block;
  }
}

function inInlines(inlines: readonly Inline[]): readonly Inline[] {
  const last = inlines.at(-1);
  if (last === undefined) return inlines;
  const before = inlines.slice(0, -1);
  if (last.kind === 'link' && last.isBare) return withText(before, textOf(last.children));
  const previous = before.at(-1);
  // `https://carryon.` may continue as `https://carryon.example`.
  if (last.kind === 'text' && previous?.kind === 'link' && previous.isBare && !/\s/.test(last.text))
    return withText(before.slice(0, -1), textOf(previous.children) + last.text);
  if (last.kind === 'strong' || last.kind === 'emphasis' || last.kind === 'deleted')
    return [...before, { ...last, children: inInlines(last.children) }];
  return inlines;
}

function withText(before: readonly Inline[], text: string): Inline[] {
  const last = before.at(-1);
  if (last?.kind !== 'text') return [...before, { kind: 'text', text }];
  return [...before.slice(0, -1), { kind: 'text', text: last.text + text }];
}
