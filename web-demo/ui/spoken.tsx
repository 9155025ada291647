import { useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { answeredBy } from '../core/answered-by.ts';
import type { Outcome } from '../core/conversation.ts';
import { endingOf } from '../core/ending.ts';
import { problemKind } from '../core/problem.ts';
import { speakFrom } from '../core/spoken.ts';
import type { App } from '../state/app.ts';
import type { View } from './view.ts';

const KEPT = 12;

/** What screen readers read: the answer, sentence by sentence as it arrives, and how it ended. It is visually hidden. */
export function Spoken({ app, view }: { app: App; view: View }) {
  const { talk, words } = app;
  const lines = useSignal<readonly { id: number; text: string }[]>([]);
  const speaking = useRef<{ turnId: string; upTo: number; text: string } | null>(null);
  const count = useRef(0);
  const say = (text: string) => {
    if (text === '') return;
    count.current += 1;
    lines.value = [...lines.peek().slice(1 - KEPT), { id: count.current, text }];
  };

  useSignalEffect(() => {
    const live = talk.live.value;
    const before = speaking.current;
    if (live !== null) {
      const { turnId } = live;
      const text = live.text.value;
      const from = before?.turnId === turnId ? before.upTo : 0;
      const { upTo, sentences } = speakFrom(text, from, false, words.spoken);
      speaking.current = { turnId, upTo, text };
      say(sentences);
      return;
    }
    if (before === null) return;
    speaking.current = null;
    const turn = talk.open.peek().turns.find(({ id }) => id === before.turnId);
    if (turn === undefined) return;
    const rest = speakFrom(turn.text, Math.min(before.upTo, turn.text.length), true, words.spoken);
    say(rest.sentences);
    say(endOf(app, turn.outcome));
  });
  useSignalEffect(() => {
    if (view.said.value !== null) say(view.said.value.text);
  });

  return (
    <div
      class="visually-hidden"
      role="log"
      aria-live="polite"
      aria-relevant="additions"
      aria-label={words.thread.answer}
    >
      {lines.value.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}

function endOf({ words, session, plugs }: App, outcome: Outcome): string {
  const { spoken, problems } = words;
  switch (outcome.state) {
    case 'complete': {
      const { facts } = outcome;
      const ending = endingOf(facts);
      if (ending !== null) return words.thread.ending[ending];
      if (facts.source.kind === 'saved') return spoken.saved(facts.source.ageMs);
      const providers = session.settings.signIn === 'local' ? plugs.providers.peek() : [];
      return spoken.complete(answeredBy(facts, providers));
    }
    case 'stopped':
      return spoken.stopped;
    case 'waiting':
      return spoken.waiting;
    case 'failed': {
      const { title, text } = problems[problemKind(outcome.problem.code)];
      return `${title}. ${text}`;
    }
    case 'asking':
      return '';
  }
}
