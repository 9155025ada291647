/**
 * The entry of `/sw.js`. It has only the listeners. It may run inside another front end's worker, so it touches only what belongs to travel
 * mode.
 */
import { type PageMessage, readPageMessage } from '../protocol/travel-messages.ts';
import { type SyncEvent, syncTag, wakeLater } from './background-sync.ts';
import { travelDoor } from './core/routes.ts';
import { FeatureFacts } from './features.ts';
import { replyTo } from './messages.ts';
import { Notes } from './notes.ts';
import { Outbox } from './outbox.ts';
import { platform } from './platform.ts';
import { Reports } from './reports.ts';
import { openStore } from './store/open-store.ts';
import { TravelStrategy } from './strategy.ts';
import { ALL_TABS, Tabs } from './tabs-talk.ts';
import { HOLD_SYNC_MS, holdEvent } from './watch.ts';

declare const self: ServiceWorkerGlobalScope & { carryonRouter?: string };

/** The router's origin. Behind a proxy that ends TLS the router may know its own host but not its scheme, so the page's scheme counts. */
function routerOrigin({ origin, host }: { origin: string; host: string }): string {
  const { carryonRouter = origin } = self;
  return new URL(carryonRouter).host === host ? origin : carryonRouter;
}

const router = routerOrigin(self.location);
const store = openStore({
  name: `carryon ${router}`,
  platform,
  onFull: () => void tabs.tell('full', {}, ALL_TABS),
});
const tabs = new Tabs(self.clients, store, platform);
const reports = new Reports(router, platform, store);
const features = new FeatureFacts(router, platform, store);
const parts = { router, platform, store, tabs, features, reports };
const outbox = new Outbox(parts, navigator.locks, () => wakeLater(self.registration, router));
const notes = new Notes(store, (name, person, except) =>
  tabs.tell('note', { name }, { kind: 'person', person, except }),
);
const travelWorker = { ...parts, outbox, notes };
const strategy = new TravelStrategy(travelWorker);

self.addEventListener('fetch', (event) => {
  const { request } = event;
  if (travelDoor(request.method, new URL(request.url), router) === undefined || request.mode === 'no-cors') return;
  event.respondWith(strategy.handle({ event, request }));
});

self.addEventListener('message', (event) => {
  const message = readPageMessage(event.data);
  const { source, ports } = event;
  if (message === undefined || !(source instanceof Client)) return;
  event.waitUntil(reply(message, source, ports[0], (work) => event.waitUntil(holdEvent(platform, work))));
});

self.addEventListener('sync', (event) => {
  const sync = event as SyncEvent;
  if (sync.tag === syncTag(router)) sync.waitUntil(wake());
});

/** Sends what waits when Background Sync wakes the worker. It throws on failure, so that the browser tries again later. */
async function wake(): Promise<void> {
  if ((await holdEvent(platform, outbox.flush(), HOLD_SYNC_MS)) !== 'done')
    throw new DOMException('The router is not there yet.', 'NetworkError');
}

/** Tidying waits this long, so that it does not delay the question that has woken this worker. */
const TIDY_AFTER_MS = 2_000;
let isTidied = false;

// A worker that waits for its turn leaves the database to the one that is active.
if (self.serviceWorker?.state === 'activated') {
  void outbox.flush();
  tidyLater();
}

/** Tidies once in this worker's life. */
function tidyLater(): void {
  if (isTidied) return;
  isTidied = true;
  platform.after(TIDY_AFTER_MS, () => void tidy());
}

async function tidy(): Promise<void> {
  const open = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
  await store.tidy(open.map(({ id }) => id));
}

async function reply(
  message: PageMessage,
  { id }: Client,
  port: MessagePort | undefined,
  later: (work: Promise<unknown>) => void,
): Promise<void> {
  if (message.kind === 'take-over') {
    await self.skipWaiting();
    return port?.postMessage({ ok: true });
  }
  // This runs before anything is awaited, so that people are named in the order in which the page names them.
  const replied = replyTo(travelWorker, message, id, later);
  if (message.kind === 'hello') {
    tidyLater();
    if (message.claim) await self.clients.claim();
  }
  port?.postMessage(await replied);
}
