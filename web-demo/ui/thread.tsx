import { useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { ToEndButton } from './to-end.tsx';
import { Turn } from './turn.tsx';
import type { View } from './view.ts';
import { Welcome } from './welcome.tsx';

/** The open conversation. It scrolls by itself, and header and composer stay. */
export function Thread({ app, view }: { app: App; view: View }) {
  const { words } = app;
  const { follow } = view;
  const { id, title, turns, isCut } = app.talk.open.value;
  const box = useRef<HTMLElement>(null);
  const isEmpty = turns.length === 0;
  // A welcome has no end to follow, because it is read from its beginning.
  useLayoutEffect(() => (box.current === null || isEmpty ? undefined : follow.attach(box.current)), [follow, isEmpty]);
  // A conversation opens at its end, and a welcome at its beginning.
  useLayoutEffect(() => {
    if (!isEmpty) follow.toEnd();
    else if (box.current !== null) box.current.scrollTop = 0;
  }, [follow, id, isEmpty]);
  return (
    <>
      {/** biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section ref={box} class="thread" id="thread" tabIndex={0} aria-label={words.thread.label}>
        <div class="column">
          {isEmpty ? (
            app.talk.isLoaded.value && <Welcome app={app} view={view} />
          ) : (
            <>
              <h1 class="visually-hidden" id="chat-title" tabIndex={-1}>
                {title || words.list.untitled}
              </h1>
              {isCut && <p class="beside">{words.thread.isCut}</p>}
              {turns.map((turn, index) => (
                <Turn key={`${id} ${turn.id}`} app={app} view={view} turn={turn} isLast={index === turns.length - 1} />
              ))}
            </>
          )}
        </div>
      </section>
      <div class="to-end-place">{!isEmpty && <ToEndButton follow={follow} onDone={view.focusComposer} />}</div>
    </>
  );
}
