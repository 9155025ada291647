import type { Outcome, Turn } from '../core/conversation.ts';
import type { App } from '../state/app.ts';
import { useFocusKept } from './focus-kept.ts';
import type { View } from './view.ts';

/** The card of a question in the outbox. */
export function WaitingCard({
  app,
  view,
  turn,
  outcome: { queueId, cause },
}: {
  app: App;
  view: View;
  turn: Turn;
  outcome: Extract<Outcome, { state: 'waiting' }>;
}) {
  const { waiting, spoken } = app.words;
  const card = useFocusKept(view.focusComposer);
  const entry = app.line.outbox.value.find(({ id }) => id === queueId);
  const isSending = entry?.state === 'sending';
  const isAway = app.line.connection.value !== 'online' || app.plugs.wifiOff.value;
  return (
    <div ref={card} class="card waiting">
      <p class="card-title">{cause?.startsWith('http_') ? waiting.titleRefused : waiting.title}</p>
      <p class="card-state">
        <span class="pill" data-tone="accent">
          {isSending ? waiting.sending : waiting.state}
        </span>{' '}
        <span class="small">{isAway ? waiting.detail(turn.askedAt) : waiting.detailOnline(turn.askedAt)}</span>
      </p>
      <div class="card-actions">
        <button type="button" class="link" onClick={() => void app.talk.sendNow(queueId)}>
          {waiting.sendNow}
        </button>
        <button
          type="button"
          class="link"
          onClick={() => {
            void app.talk.cancel(queueId);
            view.said.value = { text: spoken.cancelled };
          }}
        >
          {waiting.cancel}
        </button>
      </div>
    </div>
  );
}
