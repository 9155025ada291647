/** The blocks of an answer. */
import type { Block, Cell, ListItem } from '../markdown/nodes.ts';
import { CodeBlock } from './code-block.tsx';
import { Inlines } from './markdown-inlines.tsx';
import { PlainText } from './markdown-text.tsx';
import { Same } from './same-block.ts';
import { ScrollBox } from './scroll-box.tsx';
import { useWords } from './words-context.ts';

/** `levels`: the levels of the headings among these blocks, by position. Without them a heading is a line in bold. */
export function Blocks({ blocks, levels }: { blocks: readonly Block[]; levels?: readonly number[] }) {
  return (
    <>
      {blocks.map((block, index) => (
        <Same key={index} value={block}>
          {(value) => <BlockView block={value} level={levels?.[index] ?? null} />}
        </Same>
      ))}
    </>
  );
}

function BlockView({ block, level }: { block: Block; level: number | null }) {
  switch (block.kind) {
    case 'paragraph':
      return (
        <p dir="auto">
          <Inlines nodes={block.children} />
        </p>
      );
    case 'heading': {
      const Tag = level === null ? 'p' : (`h${level}` as 'h3');
      return (
        <Tag dir="auto" class={`heading heading-${block.depth}`}>
          <Inlines nodes={block.children} />
        </Tag>
      );
    }
    case 'code':
      return <CodeBlock language={block.language} text={block.text} />;
    case 'quote':
      return (
        <blockquote dir="auto">
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case 'list':
      return <ListView block={block} />;
    case 'table':
      return <TableView block={block} />;
    case 'rule':
      return <hr />;
    case 'plain':
      return (
        <p dir="auto" class="plain">
          <PlainText text={block.text} />
        </p>
      );
  }
}

function ListView({ block }: { block: Block & { kind: 'list' } }) {
  const items = block.items.map((item, index) => (
    <Same key={index} value={item}>
      {(value) => <ItemView item={value} />}
    </Same>
  ));
  if (block.start === null) return <ul dir="auto">{items}</ul>;
  return (
    <ol dir="auto" start={block.start}>
      {items}
    </ol>
  );
}

function ItemView({ item }: { item: ListItem }) {
  const { markdown: words } = useWords();
  const [first, ...rest] = item.children;
  return (
    <li class={item.checked === null ? undefined : 'task'}>
      {item.checked === null ? null : (
        <input type="checkbox" checked={item.checked} disabled aria-label={words.task(item.checked)} />
      )}
      {!item.isLoose && first?.kind === 'paragraph' ? (
        <>
          <span dir="auto">
            <Inlines nodes={first.children} />
          </span>
          <Blocks blocks={rest} />
        </>
      ) : (
        <Blocks blocks={item.children} />
      )}
    </li>
  );
}

function TableView({ block }: { block: Block & { kind: 'table' } }) {
  const { markdown: words } = useWords();
  return (
    <ScrollBox as="div" class="table" label={words.table}>
      <table>
        <thead>
          <tr>
            {block.header.map((cell, index) => (
              <th key={index} scope="col" dir="auto" class={cell.align ?? undefined}>
                <Inlines nodes={cell.children} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {block.rows.map((row, index) => (
            <Same key={index} value={row}>
              {(value) => <RowView row={value} />}
            </Same>
          ))}
        </tbody>
      </table>
    </ScrollBox>
  );
}

function RowView({ row }: { row: readonly Cell[] }) {
  return (
    <tr>
      {row.map((cell, index) => (
        <td key={index} dir="auto" class={cell.align ?? undefined}>
          <Inlines nodes={cell.children} />
        </td>
      ))}
    </tr>
  );
}
