/** The line under each answer that says where it comes from. Its height is reserved before its words come. */

import type { Turn } from '../core/conversation.ts';
import { hasAge, provenanceOf } from '../core/provenance.ts';
import type { App } from '../state/app.ts';
import { nowByMinute } from '../state/clock.ts';

export function ProvenanceLine({ app, turn }: { app: App; turn: Turn }) {
  const { words, line, plugs, talk } = app;
  const live = talk.live.value;
  const { pills, facts } = provenanceOf(
    turn,
    {
      providers: plugs.providers.value,
      isOnline: line.connection.value === 'online',
      now: hasAge(turn) ? nowByMinute.value : turn.askedAt,
      isResuming: live !== null && live.turnId === turn.id && live.isResuming.value,
    },
    words,
  );
  return (
    <p class="provenance" data-testid="provenance">
      {pills.map(({ text, tone }) => (
        <span key={text} class="pill" data-tone={tone}>
          {text}
        </span>
      ))}
      {facts.length > 0 && <span class="facts">{facts.join(' · ')}</span>}
    </p>
  );
}
