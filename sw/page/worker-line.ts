/** The page's connection to its service worker: workbox-window registers it and watches for updates, and messages go over it. */
// Imported by file, because the package's entry is built for browsers without classes and is twice as large.
import { Workbox } from 'workbox-window/Workbox.js';
import {
  type PageMessage,
  readWorkerMessage,
  type TravelReplies,
  type TravelReply,
  travelMessage,
  type WorkerMessage,
} from '../../protocol/travel-messages.ts';

const REPLY_LIMIT_MS = 10_000;

export interface LineHandlers {
  /** A message from a worker, with the port for the reply and the worker that sent it. */
  onMessage(message: WorkerMessage, port: MessagePort | undefined, worker: MessageEventSource | null): void;
  /** A new version is installed and waits. */
  onUpdate(): void;
  /** Another worker controls this page from now on. It does not know the page yet. */
  onControllerChange(): void;
}

export class WorkerLine {
  readonly #script: string;
  readonly #handlers: LineHandlers;
  readonly #container = navigator.serviceWorker;
  #workbox: Workbox | undefined;
  #registration: ServiceWorkerRegistration | undefined;
  #opened: Promise<ServiceWorker> | undefined;

  constructor(script: string, handlers: LineHandlers) {
    this.#script = script;
    this.#handlers = handlers;
    this.#container.addEventListener('message', ({ data, ports, source }) => {
      const message = readWorkerMessage(data);
      if (message) handlers.onMessage(message, ports[0], source);
    });
    this.#container.startMessages();
    this.#container.addEventListener('controllerchange', () => {
      handlers.onControllerChange();
      // An instance of Workbox notices only the first update that another tab found.
      if (this.#registration) void this.#register().catch(() => {});
    });
  }

  /** Resolves with a running worker; rejects with the reason if there is none. Offline, one of an earlier visit is enough. */
  open(): Promise<ServiceWorker> {
    // Opened once, because each instance of Workbox listens for the rest of the page's life.
    this.#opened ??= this.#open().catch((reason) => {
      this.#opened = undefined;
      throw reason;
    });
    return this.#opened;
  }

  async #open(): Promise<ServiceWorker> {
    const registration = await this.#register().catch(async (reason) => {
      const earlier = await this.#container.getRegistration();
      if (earlier?.active) return earlier;
      throw reason;
    });
    this.#registration = registration;
    if (!location.href.startsWith(registration.scope))
      throw new Error(`it controls ${registration.scope}, and this page is outside of that`);
    return registration.active ?? activated(registration.installing ?? registration.waiting);
  }

  async #register(): Promise<ServiceWorkerRegistration> {
    const workbox = new Workbox(this.#script);
    this.#workbox = workbox;
    workbox.addEventListener('waiting', () => {
      if (this.#workbox === workbox) this.#handlers.onUpdate();
    });
    const registration = await workbox.register({ immediate: true });
    if (registration === undefined) throw new Error('service workers are switched off');
    return registration;
  }

  /** The worker that controls this page, or else the active one. */
  get worker(): ServiceWorker | null {
    return this.#container.controller ?? this.#registration?.active ?? null;
  }

  get waiting(): ServiceWorker | null {
    return this.#registration?.waiting ?? null;
  }

  get isControlled(): boolean {
    return this.#container.controller !== null;
  }

  /** Resolves at the next change of the worker that controls this page. */
  controllerChange(): Promise<void> {
    return new Promise((resolve) => {
      this.#container.addEventListener('controllerchange', () => resolve(), { once: true });
    });
  }

  /** Sends a message and resolves with the reply. `no_answer`: there is no worker, or it is silent. */
  ask<Kind extends keyof TravelReplies>(
    message: PageMessage & { kind: Kind },
    {
      worker = this.worker,
      limitMs = REPLY_LIMIT_MS,
    }: { worker?: ServiceWorker | null; limitMs?: number | undefined } = {},
  ): Promise<TravelReply<Kind>> {
    const silent = { ok: false, code: 'no_answer' } as const;
    if (worker === null) return Promise.resolve(silent);
    return new Promise((resolve) => {
      // workbox-window's messageSW never closes its channel, and an open channel lives as long as the worker's end of it.
      const { port1, port2 } = new MessageChannel();
      const settle = (reply: TravelReply<Kind>) => {
        clearTimeout(timer);
        port1.close();
        resolve(reply);
      };
      const timer = setTimeout(() => settle(silent), limitMs);
      port1.onmessage = ({ data }: MessageEvent<TravelReply<Kind>>) =>
        settle(typeof data?.ok === 'boolean' ? data : silent);
      try {
        worker.postMessage(travelMessage(message), [port2]);
      } catch {
        // A worker of an earlier version no longer receives messages.
        settle(silent);
      }
    });
  }
}

/** Some browsers have no service workers in private windows, and none has them on pages that are neither https nor localhost. */
export function hasServiceWorkers(): boolean {
  try {
    return navigator.serviceWorker !== undefined;
  } catch {
    // Chromium throws in a sandboxed frame.
    return false;
  }
}

function activated(worker: ServiceWorker | null): Promise<ServiceWorker> {
  return new Promise((resolve, reject) => {
    worker?.addEventListener('statechange', () => {
      if (worker.state === 'activated') resolve(worker);
      else if (worker.state === 'redundant') reject(new Error('it could not be installed'));
    });
  });
}
