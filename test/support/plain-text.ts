/** An answer's text without its Markdown. */
import type { Block } from '../../web-demo/markdown/nodes.ts';
import { textOf } from '../../web-demo/markdown/to-nodes.ts';

/** The text with a line for each paragraph, list item and table row. */
export function plainText(blocks: readonly Block[]): string {
  return blocks
    .map(lineOf)
    .filter((line) => line !== '')
    .join('\n');
}

function lineOf(block: Block): string {
  switch (block.kind) {
    case 'rule':
      return '';
    case 'code':
    case 'plain':
      return block.text;
    case 'quote':
      return plainText(block.children);
    case 'list':
      return block.items.map((item) => plainText(item.children)).join('\n');
    case 'table':
      return [block.header, ...block.rows]
        .map((row) => row.map((cell) => textOf(cell.children).replaceAll('\n', ' ')).join(', '))
        .join('\n');
    default:
      // A line break within a paragraph is a space.
      return textOf(block.children).replaceAll('\n', ' ');
  }
}
