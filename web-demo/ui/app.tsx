import { useSignalEffect } from '@preact/signals';
import { useEffect, useMemo } from 'preact/hooks';
import type { App } from '../state/app.ts';
import { Composer } from './composer.tsx';
import { MenuIcon, PlugIcon } from './icons.tsx';
import { loadMarkdown } from './lazy-markdown.tsx';
import { Notices } from './notices.tsx';
import { OffPage } from './off-page.tsx';
import { Sheets } from './sheets.tsx';
import { Side } from './side.tsx';
import { Sidebar } from './sidebar.tsx';
import { Spoken } from './spoken.tsx';
import { Strip } from './strip.tsx';
import { Thread } from './thread.tsx';
import { createView, type SheetName } from './view.ts';
import { WordsContext } from './words-context.ts';

/** The whole page. */
export function Page({ app }: { app: App }) {
  const { settings } = app.session;
  return settings.signIn === 'off' ? <OffPage words={app.words} settings={settings} /> : <Frame app={app} />;
}

function Frame({ app }: { app: App }) {
  const { words, talk } = app;
  const view = useMemo(() => createView(app), [app]);
  const columns = view.columns.value;
  useSignalEffect(() => {
    if (talk.draft.value !== '') void loadMarkdown();
  });
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== 'Escape' || event.defaultPrevented || event.isComposing) return;
      // An open sheet closes by itself and uses up this key press.
      if (document.querySelector('dialog[open], :popover-open') !== null) return;
      if (talk.live.peek() !== null) talk.stop();
    };
    document.addEventListener('keydown', onKeyDown);
    return () => document.removeEventListener('keydown', onKeyDown);
  }, [talk]);
  const open = (sheet: SheetName) => () => {
    view.sheet.value = sheet;
  };
  return (
    <WordsContext.Provider value={words}>
      <div class="frame">
        <a class="skip" href="#main">
          {words.app.skip}
        </a>
        {columns > 1 && <Sidebar app={app} view={view} />}
        <header class="bar">
          <Strip
            app={app}
            before={
              columns === 1 && (
                <button type="button" class="icon-button" aria-label={words.list.open} onClick={open('list')}>
                  <MenuIcon />
                </button>
              )
            }
          >
            {columns < 3 && (
              <button type="button" class="icon-button" aria-label={words.side.open} onClick={open('side')}>
                <PlugIcon />
              </button>
            )}
          </Strip>
        </header>
        <main class="room" id="main" tabIndex={-1}>
          <Notices app={app} />
          <Thread app={app} view={view} />
          <div class="dock">
            <div class="dock-column">
              <Composer app={app} view={view} />
            </div>
          </div>
        </main>
        {columns === 3 && (
          <aside class="side-panel" aria-label={words.side.label}>
            <Side app={app} />
          </aside>
        )}
        <Spoken app={app} view={view} />
        <Sheets app={app} view={view} />
      </div>
    </WordsContext.Provider>
  );
}
