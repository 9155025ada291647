import { useLayoutEffect, useRef } from 'preact/hooks';
import type { Gate } from '../state/session.ts';

/** Asks for a key. The field is uncontrolled, so the key is in no attribute, and it is emptied as soon as the key is sent. */
export function SignIn({ gate }: { gate: Gate }) {
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => field.current?.focus(), []);
  const onSubmit = async (event: SubmitEvent) => {
    event.preventDefault();
    const input = field.current;
    if (input === null || gate.isAsking.peek()) return;
    const key = input.value.trim();
    await gate.signIn(key);
    if (gate.session.peek() === null) {
      input.select();
      input.focus();
    } else input.value = '';
  };
  const said = gate.said.value;
  return (
    <main class="gate">
      <h1>Operations</h1>
      <p class="beside">
        Promises, requests, money and routing of this router. The key stays in this tab’s memory: a reload asks for it
        again.
      </p>
      <form onSubmit={onSubmit} autocomplete="off">
        <p class="field">
          <label for="key">Admin key</label>
          <input
            id="key"
            ref={field}
            type="password"
            autocomplete="off"
            autocapitalize="off"
            spellcheck={false}
            aria-describedby={said === null ? 'key-help' : 'key-said key-help'}
            aria-invalid={said !== null}
          />
        </p>
        {said !== null && (
          <p class="trouble" id="key-said" role="alert">
            {said}
          </p>
        )}
        <p class="beside" id="key-help">
          ADMIN_KEY, or a key that begins with ak- (<code>npm run keys -- create-admin --name ana --scope operate</code>
          ). With the scope read it sees everything and changes nothing.
        </p>
        <button type="submit" class="action" aria-disabled={gate.isAsking.value}>
          {gate.isAsking.value ? 'Signing in…' : 'Sign in'}
        </button>
      </form>
    </main>
  );
}
