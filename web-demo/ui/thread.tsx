import type { App } from '../state/app.ts';
import { Turn } from './turn.tsx';
import type { View } from './view.ts';
import { Welcome } from './welcome.tsx';

/** The open conversation. It scrolls by itself; header and composer stay. */
export function Thread({ app, view }: { app: App; view: View }) {
  const { words } = app;
  const { id, title, turns } = app.talk.open.value;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section class="thread" id="thread" tabIndex={0} aria-label={words.thread.label}>
      <div class="column">
        {turns.length === 0 ? (
          app.talk.isLoaded.value && <Welcome app={app} view={view} />
        ) : (
          <>
            <h1 class="visually-hidden" id="chat-title" tabIndex={-1}>
              {title || words.list.untitled}
            </h1>
            {turns.map((turn, index) => (
              <Turn key={`${id} ${turn.id}`} app={app} view={view} turn={turn} isLast={index === turns.length - 1} />
            ))}
          </>
        )}
      </div>
    </section>
  );
}
