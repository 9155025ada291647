/**
 * "Pull the plug" for the Wi-Fi. While it is pulled, no request of this worker reaches the router, and open connections break, as if the
 * network were gone. Travel mode is imported after this file and sees exactly what it would see then.
 */
import { demoCall } from './demo-calls.ts';

declare const self: ServiceWorkerGlobalScope;

/** A cache with this name exists while the Wi-Fi is pulled, so the plug outlives the worker. */
const PULLED = 'carryon-demo-wifi-off';

const network = self.fetch.bind(self);
/** Aborts all open requests. */
let line = new AbortController();
/** Undefined until it has been read. */
let isOff: boolean | undefined;
let reading = read();

async function read(): Promise<boolean> {
  // The first worker must fetch its page, so it ignores the plug. Otherwise a worker that was removed with the plug pulled could never be
  // installed again.
  const isFirst = self.registration.active === null;
  // If the browser keeps nothing, the plug lasts as long as this worker.
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
  // A request whose page cannot read the answer, such as a beacon, is not for travel mode.
  if (call === 'question' && request.mode !== 'no-cors') return;
  // With the plug in, the browser handles requests itself, which is faster. Only requests that may have to break come through here.
  if (isOff === false && call !== 'stream') return;
  event.respondWith(self.fetch(request).catch(() => Response.error()));
});

// While this worker waited to become active, the message went to the one before it.
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
