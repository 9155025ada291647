import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import type { Words } from '../words/words.ts';
import { CloseIcon } from './icons.tsx';

/** A dialog over the page. The browser keeps the focus inside, closes the dialog on `Esc`, and then returns the focus. */
export function Sheet({
  title,
  place,
  words,
  onClose,
  children,
}: {
  title: string;
  /** `start` and `end` are the side panels of narrow windows. */
  place: 'start' | 'end' | 'middle';
  words: Words;
  onClose: () => void;
  children: ComponentChildren;
}) {
  const titleId = useId();
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current;
    element?.showModal();
    // The dialog is closed before it is removed, or the focus would be lost.
    return () => element?.close();
  }, []);
  return (
    // By keyboard, Esc and the close button do what a press beside the sheet does.
    // biome-ignore lint/a11y/useKeyWithClickEvents: see above
    <dialog
      ref={dialog}
      class={`sheet sheet-${place}`}
      aria-labelledby={titleId}
      onClose={onClose}
      onClick={(event) => event.target === event.currentTarget && event.currentTarget.close()}
    >
      <div class="sheet-inside">
        <header class="sheet-head">
          <h2 id={titleId}>{title}</h2>
          <button
            type="button"
            class="icon-button"
            onClick={() => dialog.current?.close()}
            aria-label={words.app.close}
          >
            <CloseIcon />
          </button>
        </header>
        {children}
      </div>
    </dialog>
  );
}
