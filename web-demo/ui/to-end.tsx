/** The button that brings a reader who has scrolled up back to the end. */
import type { Follow } from './follow.ts';
import { useWords } from './words-context.ts';

/** `onDone` moves the focus, which would be lost when the button disappears. */
export function ToEndButton({ follow, onDone }: { follow: Follow; onDone: () => void }) {
  const { markdown: words } = useWords();
  if (follow.isFollowing.value) return null;
  const press = () => {
    follow.toEnd();
    onDone();
  };
  return (
    <button type="button" class="to-end" onClick={press}>
      <svg viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
        <path d="M8 2.5v10M3.5 8 8 12.5 12.5 8" fill="none" stroke="currentColor" stroke-width="1.6" />
      </svg>
      {words.toEnd}
    </button>
  );
}
