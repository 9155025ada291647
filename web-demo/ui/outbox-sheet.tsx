/** The outbox: which questions wait, since when, and what can be done about them. */
import { useSignal } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { problemKind } from '../core/problem.ts';
import type { App, OutboxEntry } from '../state/app.ts';
import { nowByMinute } from '../state/clock.ts';
import type { Words } from '../words/words.ts';
import { Sheet } from './sheet.tsx';

export function OutboxSheet({ app, onClose }: { app: App; onClose: () => void }) {
  const say = app.words.outbox;
  const inside = useRef<HTMLDivElement>(null);
  const entries = app.line.outbox.value;
  return (
    <Sheet title={say.title} place="middle" words={app.words} onClose={onClose}>
      <div ref={inside} class="outbox" tabIndex={-1}>
        <p class="beside">{say.what}</p>
        {entries.length === 0 ? (
          <div class="empty">
            <p>{say.empty}</p>
            <p class="beside">{say.emptyWhat}</p>
          </div>
        ) : (
          <ul>
            {entries.map((entry) => (
              <Row key={entry.id} app={app} entry={entry} onClose={onClose} onGone={() => inside.current?.focus()} />
            ))}
          </ul>
        )}
      </div>
    </Sheet>
  );
}

const TONES = { waiting: 'accent', sending: 'accent', answered: 'good', failed: 'bad', expired: 'warn' } as const;

function whyOf({ state, lastError }: OutboxEntry, { outbox: say, problems }: Words): string | null {
  if (state === 'failed') return problems[problemKind(lastError ?? '')].title;
  if (state === 'expired') return say.expiredWhy;
  return state === 'waiting' && lastError !== null ? say.triedAgain : null;
}

interface RowProps {
  app: App;
  entry: OutboxEntry;
  onClose: () => void;
  /** Called when the row and its buttons are gone, to move the focus elsewhere. */
  onGone: () => void;
}

function Row({ app, entry, onClose, onGone }: RowProps) {
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
    if (now() === undefined) onGone();
  };
  const send = () =>
    act(talk.sendNow(id), () => (now() === 'waiting' && line.connection.peek() !== 'online' ? say.stillAway : null));
  const cancel = () => act(talk.cancel(id), () => (now() === 'sending' ? say.sendingNow : null));
  const why = whyOf(entry, words);
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
              onClose();
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
