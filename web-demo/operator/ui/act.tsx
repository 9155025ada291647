/** Buttons and forms that change something. */
import { useSignal } from '@preact/signals';
import type { ComponentChildren } from 'preact';
import type { Problem } from '../core/problem.ts';
import type { Reply } from '../state/api.ts';
import { usePage } from './context.ts';
import { Dialog } from './dialog.tsx';

/** A change to make. */
export interface Change {
  method: 'POST' | 'PUT' | 'DELETE';
  path: string;
  body?: object;
}

/** What follows a change. */
export interface After {
  /** The beginnings of the paths to read again. */
  refresh: readonly string[];
  /** The sentence that reports the change. */
  done: string;
}

/** Makes changes one at a time, and remembers why the last one was refused. */
function useChange() {
  const { session, said } = usePage();
  const isBusy = useSignal(false);
  const problem = useSignal<Problem | null>(null);
  async function make<Value>(
    { method, path, body }: Change,
    { refresh, done }: After,
  ): Promise<Reply<Value> | undefined> {
    if (isBusy.peek()) return undefined;
    isBusy.value = true;
    problem.value = null;
    const reply = await session.api.send<Value>(method, path, body);
    isBusy.value = false;
    if (reply.ok) {
      said.value = done;
      await session.reads.refresh('audit', ...refresh);
    } else problem.value = reply.error;
    return reply;
  }
  const forget = () => {
    problem.value = null;
  };
  return { isBusy: isBusy.value, problem: problem.value, make, forget };
}

/** A button that makes one change. It is disabled if the key may only read, and the header says why. */
export function Act({
  change,
  after,
  look = 'link',
  children,
  label,
}: {
  change: Change;
  after: After;
  look?: 'link' | 'quiet' | 'action';
  children: ComponentChildren;
  /** The name for screen readers, if the button's own words do not say what it changes. */
  label?: string | undefined;
}) {
  const { session } = usePage();
  const { isBusy, problem, make } = useChange();
  return (
    <>
      <button
        type="button"
        class={look}
        disabled={!session.mayChange}
        aria-disabled={isBusy}
        aria-label={label}
        aria-describedby={session.mayChange ? undefined : 'scope-note'}
        onClick={() => void make(change, after)}
      >
        {children}
      </button>
      {problem && (
        <span class="trouble" role="alert">
          {problem.text}
        </span>
      )}
    </>
  );
}

/** A button that opens a form in a dialog. `children` are the form's fields, and `read` makes a change from them. */
export function ActForm({
  title,
  button,
  look = 'link',
  label,
  submit,
  read,
  after,
  children,
  needsRoot = false,
}: {
  title: string;
  button: ComponentChildren;
  look?: 'link' | 'quiet' | 'action';
  label?: string | undefined;
  submit: string;
  read: (fields: FormData) => Change;
  after: After & { show?: (reply: never) => ComponentChildren };
  children: ComponentChildren;
  needsRoot?: boolean;
}) {
  const { session } = usePage();
  const isOpen = useSignal(false);
  const shown = useSignal<ComponentChildren>(null);
  const { isBusy, problem, make, forget } = useChange();
  const mayPress = needsRoot ? session.config.operator.scope === 'root' : session.mayChange;
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const reply = await make<never>(read(new FormData(event.currentTarget as HTMLFormElement)), after);
    if (!reply?.ok) return;
    if (after.show === undefined) isOpen.value = false;
    else shown.value = after.show(reply.value);
  };
  const close = () => {
    isOpen.value = false;
    shown.value = null;
    forget();
  };
  return (
    <>
      <button
        type="button"
        class={look}
        disabled={!mayPress}
        aria-label={label}
        aria-describedby={mayPress ? undefined : 'scope-note'}
        onClick={() => {
          isOpen.value = true;
        }}
      >
        {button}
      </button>
      {isOpen.value && (
        <Dialog title={title} onClose={close}>
          {shown.value === null ? (
            <form class="form" onSubmit={onSubmit}>
              {children}
              {problem && (
                <p class="trouble" role="alert">
                  {problem.text}
                </p>
              )}
              <div class="form-end">
                <button type="button" class="quiet" onClick={close}>
                  Cancel
                </button>
                <button type="submit" class="action" aria-disabled={isBusy}>
                  {submit}
                </button>
              </div>
            </form>
          ) : (
            <div class="form">
              {shown.value}
              <div class="form-end">
                <button type="button" class="action" onClick={close}>
                  Done
                </button>
              </div>
            </div>
          )}
        </Dialog>
      )}
    </>
  );
}
