import { useSignal } from '@preact/signals';
import type { App } from '../state/app.ts';
import { CloseIcon } from './icons.tsx';

/** Notices about the whole page, such as that nothing can be kept here. Each is shown once. */
export function Notices({ app }: { app: App }) {
  const { words, talk, session } = app;
  const isDismissed = useSignal(false);
  return (
    <>
      {!talk.isKept.value && !isDismissed.value && (
        <div class="notice">
          <p>{session.name.value === null ? words.notices.nobody : words.notices.notKept}</p>
          <button
            type="button"
            class="icon-button"
            aria-label={words.app.dismiss}
            onClick={() => {
              isDismissed.value = true;
              document.getElementById('composer')?.focus();
            }}
          >
            <CloseIcon />
          </button>
        </div>
      )}
    </>
  );
}
