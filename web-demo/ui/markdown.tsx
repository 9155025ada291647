/** An answer's Markdown as elements, during and after its stream. No string of it ever becomes HTML. */
import type { ReadonlySignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { advance, EMPTY_DOCUMENT } from '../markdown/document.ts';
import { headingLevels } from '../markdown/headings.ts';
import { Blocks } from './markdown-blocks.tsx';

export interface MarkdownProps {
  /** If this is a signal, only this component draws again when text comes. */
  text: string | ReadonlySignal<string>;
  isStreaming: boolean;
  /** The level of the answer's first heading in the page's outline. */
  headingLevel?: number;
}

export function Markdown({ text, isStreaming, headingLevel = 3 }: MarkdownProps) {
  const document = useRef(EMPTY_DOCUMENT);
  const now = typeof text === 'string' ? text : text.value;
  document.current = advance(document.current, now, !isStreaming);
  const { blocks } = document.current;
  return (
    <div class="markdown">
      <Blocks blocks={blocks} levels={headingLevels(blocks, headingLevel)} />
    </div>
  );
}
