/** Loads the code for Markdown. It is a third of the page's code and needed only if there is an answer, so it is in a file of its own. */
import { signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import type { Markdown as Drawn, MarkdownProps } from './markdown.tsx';
import { PlainText } from './markdown-text.tsx';

const drawn = signal<{ Markdown: typeof Drawn } | null>(null);

/**
 * Loads the code before it is needed: while a first question is typed, or at once if the worker has it. After a failure the next call tries
 * again.
 */
export async function loadMarkdown(): Promise<void> {
  if (drawn.peek() === null) drawn.value = await import('./markdown.tsx').catch(() => null);
}

/** Shows the text as it was written until the code is loaded. */
export function Markdown(props: MarkdownProps) {
  const Loaded = drawn.value?.Markdown;
  useEffect(() => void loadMarkdown(), []);
  if (Loaded) return <Loaded {...props} />;
  const { text } = props;
  return (
    <div class="markdown">
      <p class="as-written">
        <PlainText text={typeof text === 'string' ? text : text.value} />
      </p>
    </div>
  );
}
