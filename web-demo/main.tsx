/** The entry of the page. */
import { render } from 'preact';
import { travelMode } from '/travel.js';
import { allowDemoWorker, DEMO_WORKER } from './state/trusted-types.ts';
import { watchWifi } from './state/wifi.ts';

allowDemoWorker();
watchWifi();
const root = document.getElementById('app');
if (root) render(<p>Carryon</p>, root);
await travelMode({ worker: DEMO_WORKER, person: null });
