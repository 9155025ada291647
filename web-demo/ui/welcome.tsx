import type { App } from '../state/app.ts';
import type { View } from './view.ts';

/** A chat without a question yet: what this page is, and four ways to begin. */
export function Welcome({ app, view }: { app: App; view: View }) {
  const { welcome } = app.words;
  const isAway = app.line.connection.value !== 'online' || app.plugs.wifiOff.value;
  // Only a developer's machine has plugs, and the first example needs one.
  const providers = app.plugs.providers.value;
  const hasPlugs = providers.length > 0;
  // `npm start` gives the models of its sandbox such names.
  const isPretended = hasPlugs && providers.every(({ model }) => model.startsWith('sandbox-'));
  return (
    <div class="welcome">
      <h1 id="chat-title" tabIndex={-1}>
        {welcome.title}
      </h1>
      <p>{isAway ? welcome.offline : welcome.text}</p>
      <ul class="examples" aria-label={welcome.examplesLabel}>
        {welcome.examples.map((example, index) => (
          <li key={example.question}>
            <button
              type="button"
              class="example"
              onClick={() => {
                app.talk.ask(example.question);
                view.focusComposer();
              }}
            >
              <span class="example-question">{example.question}</span>
              <span class="example-try">{index > 0 || hasPlugs ? example.try : welcome.tryWithoutPlugs}</span>
            </button>
          </li>
        ))}
      </ul>
      {isPretended && <p class="about-sandbox">{welcome.sandbox}</p>}
    </div>
  );
}
