/** Code with its language and a button that copies it. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { PlainText } from './markdown-text.tsx';
import { ScrollBox } from './scroll-box.tsx';
import { useWords } from './words-context.ts';

/** How long the button says "Copied". */
const COPIED_MS = 2_500;
/** Longer code is split into parts of this many lines, so that a new line changes only the last part. */
const PART_LINES = 40;

export function CodeBlock({ language, text }: { language: string; text: string }) {
  const { markdown: words } = useWords();
  const code = useRef<HTMLElement>(null);
  const [outcome, setOutcome] = useState<'copied' | 'selected' | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => setOutcome(null), COPIED_MS);
    return () => clearTimeout(timer);
  }, [outcome]);
  const copy = async () => {
    if (code.current !== null) setOutcome(await copyText(text, code.current));
  };
  const shown = language.slice(0, 24);
  const said = outcome === null ? '' : words[outcome];
  return (
    <div class="code" dir="ltr">
      <div class="code-head">
        <span class="code-language">
          <PlainText text={shown} />
        </span>
        <button type="button" class="code-copy" aria-label={words.copyLabel(shown)} onClick={copy}>
          {outcome === 'copied' ? words.copied : words.copy}
        </button>
      </div>
      <span role="status" class={outcome === 'selected' ? 'code-said' : 'visually-hidden'}>
        {said}
      </span>
      <ScrollBox as="pre" label={words.code(shown)}>
        <code ref={code}>
          {partsOf(text).map((part, index) => (
            <PlainText key={index} text={part} />
          ))}
        </code>
      </ScrollBox>
    </div>
  );
}

function partsOf(text: string): string[] {
  const lines = text.split('\n');
  const parts: string[] = [];
  for (let at = 0; at < lines.length; at += PART_LINES) {
    const isLast = at + PART_LINES >= lines.length;
    parts.push(lines.slice(at, at + PART_LINES).join('\n') + (isLast ? '' : '\n'));
  }
  return parts;
}

/** Copies the code. Without permission for the clipboard it selects the code, and copies it the old way if that works. */
async function copyText(text: string, element: HTMLElement): Promise<'copied' | 'selected'> {
  try {
    await navigator.clipboard.writeText(text);
    return 'copied';
  } catch {
    getSelection()?.selectAllChildren(element);
    return document.execCommand('copy') ? 'copied' : 'selected';
  }
}
