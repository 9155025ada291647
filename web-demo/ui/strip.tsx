/** The network strip: one sentence, and buttons at its end. Its height is fixed, so nothing below ever jumps. */
import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import { useRef } from 'preact/hooks';
import type { ProviderPlug } from '../../protocol/demo-settings.ts';
import { announcement, CALM_MS, type StripSentence, stripOf } from '../core/strip.ts';
import type { App } from '../state/app.ts';
import { nowBySecond, readClock } from '../state/clock.ts';
import { OutboxSheet } from './outbox-sheet.tsx';

/** `before` and `children`: the frame's own buttons, at the strip's two ends. */
export function Strip({
  app,
  before,
  children,
}: {
  app: App;
  before?: ComponentChildren;
  children?: ComponentChildren;
}) {
  const { words, line, session } = app;
  const say = words.strip;
  const budget = session.budget.value;
  const isOutboxOpen = useSignal(false);
  const sentence = useSentence(app);
  const waiting = line.outbox.value.filter(({ state }) => state === 'waiting' || state === 'sending').length;
  const isTravelling = line.mode.value === 'travel';
  const { tone, lead, rest, isOnStatus } = sentence.value;
  const joined = rest === '' || lead.endsWith('.') || lead.endsWith('…') ? rest : `· ${rest}`;
  return (
    <section class="strip" data-tone={tone} aria-label={say.label}>
      {before}
      <p class="strip-words" title={`${lead} ${joined}`}>
        <strong>
          {isOnStatus ? (
            <a href="./status" title={say.newsWhat}>
              {lead}
            </a>
          ) : (
            lead
          )}
        </strong>{' '}
        <span class="strip-rest">{joined}</span>
      </p>
      <div class="strip-end">
        {line.hasUpdate.value && (
          <button type="button" class="round" title={say.updateWhat} onClick={() => line.update()}>
            {say.update}
          </button>
        )}
        {budget !== null && (
          <span class="strip-budget" title={say.budgetWhat}>
            {say.budget(budget.usedUsd, budget.capUsd)}
          </span>
        )}
        {waiting > 0 && <span class="strip-waiting">{say.waiting(waiting)}</span>}
        <button
          type="button"
          class="round"
          data-waiting={waiting > 0 ? waiting : undefined}
          aria-haspopup="dialog"
          aria-label={say.outboxWith(waiting)}
          onClick={() => {
            isOutboxOpen.value = true;
          }}
        >
          {say.outbox}
        </button>
        <TravelSwitch app={app} isOn={isTravelling} />
        {children}
      </div>
      <Announcer sentence={sentence} />
      {isOutboxOpen.value && (
        <OutboxSheet
          app={app}
          onClose={() => {
            isOutboxOpen.value = false;
          }}
        />
      )}
    </section>
  );
}

function useSentence({ words, line, plugs, talk, news }: App) {
  const before = useRef<readonly ProviderPlug[]>([]);
  const pluggedInAt = useSignal(0);
  useSignalEffect(() => {
    const providers = plugs.providers.value;
    const wasOut = (deployment: string) => before.current.some((one) => one.deployment === deployment && !one.plugged);
    if (providers.some(({ deployment, plugged }) => plugged && wasOut(deployment))) pluggedInAt.value = readClock();
    before.current = providers;
  });
  return useComputed<StripSentence>(() => {
    return stripOf(
      {
        connection: line.connection.value,
        mode: line.mode.value,
        isResuming: line.isResuming.value,
        isKept: talk.isKept.value,
        providers: plugs.providers.value,
        news: news.value,
        last: talk.last.value?.facts ?? null,
        pluggedInAt: pluggedInAt.value,
        now: () => nowBySecond.value,
      },
      words,
    );
  });
}

/** Announces a lasting change to a screen reader. The initial state is not announced. */
function Announcer({ sentence }: { sentence: ReturnType<typeof useSentence> }) {
  const said = useRef<string | null>(null);
  const text = useSignal('');
  useSignalEffect(() => {
    const current = sentence.value;
    if (said.current === null) {
      said.current = announcement(current, '');
      return;
    }
    const timer = setTimeout(() => {
      const news = announcement(current, said.current ?? '');
      if (news === null) return;
      said.current = news;
      text.value = news;
    }, CALM_MS);
    return () => clearTimeout(timer);
  });
  return (
    <span class="visually-hidden" role="status">
      {text.value}
    </span>
  );
}

/** The switch of travel mode. It explains travel mode once, when it is first turned on. */
function TravelSwitch({ app, isOn }: { app: App; isOn: boolean }) {
  const say = app.words.strip;
  const isExplained = useSignal(false);
  const wasExplained = useRef(false);
  const press = async () => {
    if (!isOn && !wasExplained.current) {
      wasExplained.current = true;
      isExplained.value = true;
    }
    await app.line.setMode(isOn ? 'auto' : 'travel').catch(() => {});
  };
  const button = useRef<HTMLButtonElement>(null);
  const close = () => {
    isExplained.value = false;
    button.current?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key !== 'Escape' || !isExplained.value) return;
    // This key press must not stop an answer.
    event.preventDefault();
    close();
  };
  return (
    // The key is for the buttons inside.
    // biome-ignore lint/a11y/noStaticElementInteractions: see above
    <span class="travel" onKeyDown={onKeyDown}>
      <button ref={button} type="button" class="round" aria-pressed={isOn} onClick={press}>
        {say.travel}
      </button>
      {isExplained.value && isOn && (
        <span class="note" role="note">
          <span>{say.travelWhat}</span>
          <button type="button" class="link" onClick={close}>
            {say.gotIt}
          </button>
        </span>
      )}
    </span>
  );
}
