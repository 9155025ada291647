/** The entry of `/sw.js`: listeners, nothing else. It may run inside another front end's worker, so it touches nothing that is not travel mode's. */
import { readPageMessage } from '../protocol/travel-messages.ts';
import { travelDoor } from './core/routes.ts';
import { FeatureFacts } from './features.ts';
import { replyTo } from './messages.ts';
import { rim } from './rim.ts';
import { openStore } from './store/open-store.ts';
import { TravelStrategy } from './strategy.ts';
import { Tabs } from './tabs-talk.ts';

declare const self: ServiceWorkerGlobalScope & { carryonRouter?: string };

const router = self.carryonRouter ?? self.location.origin;
const store = openStore({
  name: `carryon ${router}`,
  rim,
  onFull: () => void tabs.tell('full', {}, 'all'),
});
const tabs = new Tabs(self.clients, store, rim);
const shell = { router, rim, store, tabs, features: new FeatureFacts(router, rim, store) };
const strategy = new TravelStrategy(shell);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (travelDoor(request.method, new URL(request.url), router) === undefined || request.mode === 'no-cors') return;
  event.respondWith(strategy.handle({ event, request }));
});

self.addEventListener('message', (event) => {
  const message = readPageMessage(event.data);
  const { source, ports } = event;
  if (message === undefined || message.kind === 'ping' || !(source instanceof Client)) return;
  event.waitUntil(reply(message, source, ports[0], (work) => event.waitUntil(work)));
});

async function reply(
  message: Exclude<ReturnType<typeof readPageMessage>, undefined | { kind: 'ping' }>,
  { id }: Client,
  port: MessagePort | undefined,
  later: (work: Promise<unknown>) => void,
): Promise<void> {
  if (message.kind === 'take-over') await self.skipWaiting();
  else if (message.kind === 'hello' && message.claim) await self.clients.claim();
  port?.postMessage(message.kind === 'take-over' ? { ok: true } : await replyTo(shell, message, id, later));
}
