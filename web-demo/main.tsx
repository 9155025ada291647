/** The entry of the page. */
import { render } from 'preact';
import { startApp } from './state/start-app.ts';
import { allowDemoWorker } from './state/trusted-types.ts';
import { watchWifi } from './state/wifi.ts';
import { Page } from './ui/app.tsx';
import { loadMarkdown } from './ui/lazy-markdown.tsx';
import { wordsFor } from './words/words.ts';

allowDemoWorker();
watchWifi();
// The worker has this code, so a kept conversation is drawn at once.
if (navigator.serviceWorker?.controller) void loadMarkdown();
const words = wordsFor(navigator.languages);
document.documentElement.lang = words.language;
const app = await startApp(words);
const root = document.getElementById('app');
if (root) {
  // The page replaces the empty frame, which was there so that nothing jumps.
  root.replaceChildren();
  render(<Page app={app} />, root);
}
