/** "What just happened": the last request, step by step. */
import { useComputed } from '@preact/signals';
import { timelineOf } from '../core/timeline.ts';
import type { App } from '../state/app.ts';

export function Happened({ app }: { app: App }) {
  const { words, talk, plugs } = app;
  // A question that is being asked or waits has no facts yet, but may be newer than the last turn that has.
  const newest = talk.open.value.turns.at(-1);
  const last = talk.last.value?.turn;
  const turn = newest !== undefined && (last === undefined || newest.askedAt >= last.askedAt) ? newest : last;
  const live = talk.live.value;
  // This is computed apart from the story, which would otherwise be redrawn at each word.
  const hasWords = useComputed(() => (talk.live.value?.text.value ?? '') !== '');
  const coming = { hasWords: hasWords.value, isResuming: live?.isResuming.value === true };
  return (
    <section class="happened" aria-labelledby="happened-title">
      <h2 id="happened-title">{words.happened.title}</h2>
      {turn === undefined ? (
        <p class="beside">{words.happened.empty}</p>
      ) : (
        <ol class="timeline">
          {timelineOf(turn, plugs.providers.value, words, coming).map(
            ({ tone, lead, rest, atMs, isRunning }, index) => (
              <li key={index} data-tone={tone} data-running={isRunning}>
                <span class="step">
                  <strong>{lead}</strong> {rest}
                </span>
                {atMs !== null && <span class="at">{words.format.duration(atMs)}</span>}
              </li>
            ),
          )}
        </ol>
      )}
    </section>
  );
}
