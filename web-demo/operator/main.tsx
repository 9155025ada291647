/** The entry of the page. */
import { render } from 'preact';
import { Gate } from './state/session.ts';
import { App } from './ui/app.tsx';

const gate = new Gate({
  fetch: (input, init) => fetch(input, init),
  now: () => Date.now(),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
});
const root = document.getElementById('app');
if (root) render(<App gate={gate} />, root);
