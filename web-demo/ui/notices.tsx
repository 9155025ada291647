import { useSignal } from '@preact/signals';
import type { App } from '../state/app.ts';
import { CloseIcon } from './icons.tsx';

/** What holds for the whole page, said once: nothing can be kept here, or a new version waits. */
export function Notices({ app }: { app: App }) {
  const { words, talk, line } = app;
  const isDismissed = useSignal(false);
  return (
    <>
      {!talk.isKept.value && !isDismissed.value && (
        <div class="notice">
          <p>{words.notices.notKept}</p>
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
      {line.hasUpdate.value && (
        <div class="notice">
          <p>{words.notices.update}</p>
          <button type="button" class="link" onClick={() => void line.update()}>
            {words.notices.updateNow}
          </button>
        </div>
      )}
    </>
  );
}
