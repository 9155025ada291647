/**
 * "Pull the plug", the Wi-Fi's: while it is pulled, nothing of this worker reaches the router, and what is open breaks, as if the
 * network were gone. Travel mode, which is imported behind this file, sees exactly what it would see then.
 */
import { demoCall } from './demo-calls.ts';

declare const self: ServiceWorkerGlobalScope;

/** That there is a cache of this name says that the Wi-Fi is pulled: the plug outlives the worker. */
const PULLED = 'carryon-demo-wifi-off';

const network = self.fetch.bind(self);
/** Ends all that is open. */
let line = new AbortController();
/** Undefined: not read yet. */
let isOff: boolean | undefined;
let reading = read();

async function read(): Promise<boolean> {
  // The first worker has its page to fetch: one that was removed by hand with the plug pulled could never be installed anew.
  const isFirst = self.registration.active === null;
  // Where a browser keeps nothing, the plug lasts as long as this worker.
  isOff = !isFirst && (await self.caches.has(PULLED).catch(() => isOff ?? false));
  return isOff;
}

async function pull(off: boolean): Promise<void> {
  await reading;
  isOff = off;
  reading = Promise.resolve(off);
  if (off) {
    line.abort(networkError());
    line = new AbortController();
  }
  await (off ? self.caches.open(PULLED) : self.caches.delete(PULLED)).catch(() => {});
}

const networkError = () => new TypeError('Failed to fetch');

self.fetch = async (input, init) => {
  const request = new Request(input, init);
  if (await reading) throw networkError();
  return network(request, { signal: AbortSignal.any([request.signal, line.signal]) });
};

const flag = () => Reflect.get(Object.getPrototypeOf(self.navigator), 'onLine', self.navigator) as boolean;
Object.defineProperty(self.navigator, 'onLine', { get: () => isOff !== true && flag() });

self.addEventListener('fetch', (event) => {
  const { request } = event;
  const call = demoCall(request.method, new URL(request.url), self.location.origin);
  if (call === undefined || request.mode === 'navigate') return;
  // A question that its page cannot read the answer of, such as a beacon, is none of travel mode's.
  if (call === 'question' && request.mode !== 'no-cors') return;
  // With the plug in, the browser's own way is the shortest; only what is to break must come through here.
  if (isOff === false && call !== 'stream') return;
  event.respondWith(self.fetch(request).catch(() => Response.error()));
});

// While this worker waited for its turn, the one before it was told.
self.addEventListener('activate', (event) => {
  reading = read();
  event.waitUntil(reading);
});

self.addEventListener('message', (event) => {
  const message = event.data as { demo?: unknown; off?: unknown } | null;
  if (message?.demo === 'wifi') event.waitUntil(reply(message.off, event.ports[0]));
});

async function reply(off: unknown, port: MessagePort | undefined): Promise<void> {
  const isChange = typeof off === 'boolean' && off !== (await reading);
  if (isChange) await pull(off);
  port?.postMessage({ off: await reading });
  if (!isChange) return;
  for (const client of await self.clients.matchAll({ type: 'window' })) client.postMessage({ demo: 'wifi', off });
}
