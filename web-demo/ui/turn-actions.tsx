import { useSignal } from '@preact/signals';
import type { Turn } from '../core/conversation.ts';
import type { App } from '../state/app.ts';
import { AgainIcon, CopyIcon, DoneIcon } from './icons.tsx';
import type { View } from './view.ts';

export function CopyAnswer({ app, view, text }: { app: App; view: View; text: string }) {
  const { thread } = app.words;
  const isCopied = useSignal(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      isCopied.value = true;
      view.said.value = { text: thread.copied };
      setTimeout(() => {
        isCopied.value = false;
      }, 2_000);
    } catch {
      view.said.value = { text: thread.copyFailed };
    }
  };
  const label = isCopied.value ? thread.copied : thread.copy;
  return (
    <button type="button" class="icon-button faint" aria-label={label} title={label} onClick={() => void copy()}>
      {isCopied.value ? <DoneIcon /> : <CopyIcon />}
    </button>
  );
}

export function AskAgain({ app, turn }: { app: App; turn: Turn }) {
  const { thread } = app.words;
  return (
    <button
      type="button"
      class="icon-button faint"
      aria-label={thread.askAgain}
      title={thread.askAgain}
      onClick={() => {
        document.getElementById('composer')?.focus();
        app.talk.askAgain(turn.id);
      }}
    >
      <AgainIcon />
    </button>
  );
}
