/** The page's side of the pulled Wi-Fi. The demo's worker pulls it, and all tabs behave as if the network were gone. */
import { type ReadonlySignal, signal } from '@preact/signals';

const off = signal(false);
const REPLY_LIMIT_MS = 5_000;

/** Whether the Wi-Fi is pulled, here or in another tab. */
export const wifiOff: ReadonlySignal<boolean> = off;

/** Watches the Wi-Fi. Call it once, before travel mode is turned on, because travel mode and the page read the browser's flag. */
export function watchWifi(): void {
  const flag = () => Reflect.get(Object.getPrototypeOf(navigator), 'onLine', navigator) as boolean;
  Object.defineProperty(navigator, 'onLine', { get: () => !off.value && flag() });
  const container = workers();
  container?.addEventListener('message', ({ data }) => {
    if (data?.demo === 'wifi' && typeof data.off === 'boolean') see(data.off);
  });
  // The page asks a new worker for the state, also the first worker of a page that was loaded without one.
  container?.addEventListener('controllerchange', () => void tell({ demo: 'wifi' }));
  void tell({ demo: 'wifi' });
}

/** Pulls the Wi-Fi, or plugs it in again, which sends what waits at once. Without a service worker nothing changes. */
export async function pullWifi(isPulled: boolean): Promise<void> {
  await controlled();
  await tell({ demo: 'wifi', off: isPulled });
}

/** Waits for the worker, which at the first visit takes a moment to be there. */
function controlled(): Promise<unknown> | undefined {
  const container = workers();
  if (!container || container.controller) return undefined;
  return new Promise((resolve) => {
    container.addEventListener('controllerchange', resolve, { once: true });
    setTimeout(resolve, REPLY_LIMIT_MS, null);
  });
}

async function tell(message: { demo: 'wifi'; off?: boolean }): Promise<void> {
  const worker = workers()?.controller;
  if (!worker) return;
  const reply = await new Promise<{ off?: unknown } | null>((resolve) => {
    const { port1, port2 } = new MessageChannel();
    setTimeout(resolve, REPLY_LIMIT_MS, null);
    port1.onmessage = ({ data }) => resolve(data);
    worker.postMessage(message, [port2]);
  });
  if (typeof reply?.off === 'boolean') see(reply.off);
}

function see(isPulled: boolean): void {
  if (off.value === isPulled) return;
  off.value = isPulled;
  // If it is plugged in while the device itself has no network, there is still none.
  if (isPulled || navigator.onLine) dispatchEvent(new Event(isPulled ? 'offline' : 'online'));
}

/** The page's service workers. Some windows have none, and Chromium throws in a sandboxed frame. */
function workers(): ServiceWorkerContainer | undefined {
  try {
    return navigator.serviceWorker;
  } catch {
    return undefined;
  }
}
