import { useLayoutEffect, useRef } from 'preact/hooks';
import type { App } from '../state/app.ts';
import type { View } from './view.ts';

/** The field for questions. The button says what it will do, and the line beside it says why. */
export function Composer({ app, view }: { app: App; view: View }) {
  const { talk, words } = app;
  const draft = talk.draft.value;
  const isLive = talk.live.value !== null;
  const isAway = app.line.connection.value !== 'online' || app.plugs.wifiOff.value;
  const field = useRef<HTMLTextAreaElement>(null);
  useGrowing(field, draft);
  const send = () => {
    if (isLive) return;
    field.current?.focus();
    if (draft.trim() === '') return;
    view.follow.toEnd();
    talk.ask(draft.trim());
  };
  const act = () => {
    if (isLive) talk.stop();
    else send();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const last = talk.open.peek().turns.at(-1);
    // While an input method composes, Enter takes its suggestion. Safari sends key code 229 right after that.
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === 'Enter' && !event.shiftKey && !event.altKey) {
      event.preventDefault();
      send();
    } else if (event.key === 'ArrowUp' && draft === '' && !isLive && last !== undefined) {
      event.preventDefault();
      view.editing.value = last.id;
    }
  };
  const doing = isLive ? 'stop' : isAway ? 'queue' : 'send';
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        act();
      }}
    >
      <textarea
        ref={field}
        id="composer"
        rows={1}
        // Otherwise the browser would keep the field's text with the tab, beyond a sign-out.
        autocomplete="off"
        value={draft}
        dir="auto"
        enterkeyhint="send"
        placeholder={words.composer.placeholder}
        aria-label={words.composer.label}
        aria-describedby="composer-hint"
        onInput={(event) => {
          talk.draft.value = event.currentTarget.value;
        }}
        onKeyDown={onKeyDown}
      />
      <div class="composer-foot">
        <span class="hint" id="composer-hint">
          {hintOf(app, isLive)}
        </span>
        <button type="submit" class="action" data-does={doing}>
          {words.composer[doing]}
        </button>
      </div>
    </form>
  );
}

function hintOf({ words: { composer }, line, plugs }: App, isLive: boolean): string {
  if (isLive) return composer.hintStreaming;
  if (line.connection.value === 'offline' || plugs.wifiOff.value) return composer.hintOffline;
  if (line.connection.value === 'unreachable') return composer.hintUnreachable;
  if (line.mode.value === 'travel') return composer.hintTravel;
  return isTouch.matches ? composer.hintTouch : composer.hint;
}

/** A touch keyboard has no Shift + Enter. */
const isTouch = matchMedia('(hover: none) and (pointer: coarse)');

/** Grows the field in browsers whose text fields do not grow by themselves. The style sheet limits its height. */
function useGrowing(field: { current: HTMLTextAreaElement | null }, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null || CSS.supports('field-sizing', 'content')) return;
    element.style.height = 'auto';
    element.style.height = text === '' ? '' : `${element.scrollHeight}px`;
  }, [field, text]);
}
