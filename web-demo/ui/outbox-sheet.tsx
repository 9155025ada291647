/** The outbox: what waits, since when, and what can be done about it. */
import { type Signal, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import type { App, OutboxEntry } from '../state/app.ts';
import { nowByMinute } from '../state/clock.ts';
import type { Words } from '../words/words.ts';

export function OutboxSheet({ app, isOpen }: { app: App; isOpen: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  useSignalEffect(() => {
    const { current } = dialog;
    if (isOpen.value && current?.open === false) current.showModal();
    else if (!isOpen.value) current?.close();
  });
  const close = () => {
    isOpen.value = false;
  };
  const say = app.words.outbox;
  const entries = isOpen.value ? app.line.outbox.value : [];
  return (
    <dialog ref={dialog} class="outbox" aria-labelledby="outbox-title" onClose={close}>
      <header>
        <h2 id="outbox-title" tabIndex={-1}>
          {say.title}
        </h2>
        <button type="button" class="quiet" onClick={close}>
          {say.close}
        </button>
      </header>
      <p class="beside">{say.what}</p>
      {entries.length === 0 ? (
        <div class="empty">
          <p>{say.empty}</p>
          <p class="beside">{say.emptyWhat}</p>
        </div>
      ) : (
        <ul>
          {entries.map((entry) => (
            <Row key={entry.id} app={app} entry={entry} close={close} />
          ))}
        </ul>
      )}
    </dialog>
  );
}

const TONES = { waiting: 'accent', sending: 'accent', answered: 'good', failed: 'bad', expired: 'warn' } as const;

function whyOf({ state, lastError }: OutboxEntry, say: Words['outbox']): string | null {
  if (state === 'failed') return say.failedWhy(lastError);
  if (state === 'expired') return say.expiredWhy;
  return state === 'waiting' && lastError !== null ? say.triedAgain : null;
}

function Row({ app, entry, close }: { app: App; entry: OutboxEntry; close(): void }) {
  const { words, talk, line } = app;
  const say = words.outbox;
  const isBusy = useSignal(false);
  const problem = useSignal<string | null>(null);
  const question = entry.question ?? say.unknown;
  const { conversationId, id, state } = entry;
  const isDone = state === 'failed' || state === 'expired' || state === 'answered';
  const now = () => line.outbox.peek().find((one) => one.id === id)?.state;
  const act = async (what: Promise<void>, said: () => string | null) => {
    isBusy.value = true;
    await what;
    problem.value = said();
    isBusy.value = false;
    // Its own buttons are gone, and the focus must not go with them.
    if (now() === undefined) document.getElementById('outbox-title')?.focus();
  };
  const send = () =>
    act(talk.sendNow(id), () => (now() === 'waiting' && line.connection.peek() !== 'online' ? say.stillAway : null));
  const cancel = () => act(talk.cancel(id), () => (now() === 'sending' ? say.sendingNow : null));
  const why = whyOf(entry, say);
  return (
    <li aria-busy={isBusy.value}>
      <p class="question" dir="auto">
        {question}
      </p>
      <p class="about">
        <span class="pill" data-tone={TONES[state]}>
          {say.state[state]}
        </span>
        <span class="beside">{say.asked(entry.askedAt, nowByMinute.value - entry.askedAt)}</span>
      </p>
      {why !== null && <p class="beside">{why}</p>}
      <p class="actions">
        {state === 'waiting' && (
          <button type="button" class="link" aria-label={say.sendNowOf(question)} onClick={send}>
            {say.sendNow}
          </button>
        )}
        {(state === 'failed' || state === 'expired') && (
          <button type="button" class="link" aria-label={say.askAgainOf(question)} onClick={send}>
            {say.askAgain}
          </button>
        )}
        {state !== 'sending' && (
          <button
            type="button"
            class="link"
            aria-label={isDone ? say.removeOf(question) : say.cancelOf(question)}
            onClick={cancel}
          >
            {isDone ? say.remove : say.cancel}
          </button>
        )}
        {conversationId !== null && (
          <button
            type="button"
            class="link"
            aria-label={say.openOf(question)}
            onClick={() => {
              talk.openChat(conversationId);
              close();
            }}
          >
            {say.open}
          </button>
        )}
      </p>
      {problem.value !== null && (
        <p class="beside" role="alert">
          {problem.value}
        </p>
      )}
    </li>
  );
}
