import { useSignal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Turn } from '../core/conversation.ts';
import type { App } from '../state/app.ts';
import type { View } from './view.ts';

/** The form in which the last question is reworded and asked again. */
export function EditQuestion({ app, view, turn }: { app: App; view: View; turn: Turn }) {
  const { thread } = app.words;
  const text = useSignal(turn.question);
  const field = useRef<HTMLTextAreaElement>(null);
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(turn.question.length, turn.question.length);
  }, [turn.question]);
  const leave = () => {
    view.editing.value = null;
    requestAnimationFrame(() => document.getElementById('edit-last')?.focus());
  };
  const send = () => {
    const question = text.value.trim();
    if (question === '') return;
    view.editing.value = null;
    app.talk.editLast(question);
    view.focusComposer();
  };
  return (
    <form
      class="edit"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <textarea
        ref={field}
        rows={2}
        autocomplete="off"
        value={text.value}
        dir="auto"
        aria-label={thread.editLabel}
        onInput={(event) => {
          text.value = event.currentTarget.value;
        }}
        onKeyDown={(event) => {
          if (event.isComposing || event.keyCode === 229) return;
          if (event.key === 'Escape') {
            event.preventDefault();
            leave();
          } else if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
            event.preventDefault();
            send();
          }
        }}
      />
      <div class="edit-actions">
        <button type="button" class="quiet" onClick={leave}>
          {thread.editCancel}
        </button>
        <button type="submit" class="action">
          {thread.editSend}
        </button>
      </div>
    </form>
  );
}
