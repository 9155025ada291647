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
        <h2 id="outbox-title">{say.title}</h2>
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
  const { words, talk } = app;
  const say = words.outbox;
  const isBusy = useSignal(false);
  const hasFailed = useSignal(false);
  const question = entry.question ?? say.unknown;
  const { conversationId, id, state } = entry;
  const isDone = state === 'failed' || state === 'expired' || state === 'answered';
  const act = (what: (queueId: string) => Promise<void>) => async () => {
    if (isBusy.value) return;
    isBusy.value = true;
    hasFailed.value = false;
    await what(id).catch(() => {
      hasFailed.value = true;
    });
    isBusy.value = false;
  };
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
          <button type="button" class="link" aria-label={say.sendNowOf(question)} onClick={act(talk.sendNow)}>
            {say.sendNow}
          </button>
        )}
        {(state === 'failed' || state === 'expired') && (
          <button type="button" class="link" aria-label={say.askAgainOf(question)} onClick={act(talk.sendNow)}>
            {say.askAgain}
          </button>
        )}
        {state !== 'sending' && (
          <button
            type="button"
            class="link"
            aria-label={isDone ? say.removeOf(question) : say.cancelOf(question)}
            onClick={act(talk.cancel)}
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
      {hasFailed.value && (
        <p class="beside" role="alert">
          {say.failedAct}
        </p>
      )}
    </li>
  );
}
