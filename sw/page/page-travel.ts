/** The object that `travelMode()` resolves to. Its methods ask the worker, and its events come from the worker. */
import type {
  Connection,
  PageMessage,
  TravelMode,
  TravelReplies,
  WorkerMessage,
} from '../../protocol/travel-messages.ts';
import type { QueuedQuestion, Travel, TravelEvents, TravelOptions } from '../../public/travel.d.ts';
import { pageNotes } from './page-notes.ts';
import { StreamCalls } from './stream-calls.ts';
import { hasServiceWorkers, WorkerLine } from './worker-line.ts';

/** Firefox ends a worker's stream after 30 s without a message. */
const PING_MS = 10_000;
const PROBE_MS = 30_000;
/** A network that has just come back may need a moment. */
const HINT_AFTER_MS = 5_000;
const OPEN_STREAMS_POLL_MS = 500;
const CLAIM_LIMIT_MS = 10_000;
/** A sign-out may take this long, because the worker finishes writes in progress first. */
const SIGN_OUT_LIMIT_MS = 60_000;

type GetToken = TravelOptions['getToken'];
type Detail<Name extends keyof TravelEvents> = TravelEvents[Name]['detail'];

export class PageTravel extends EventTarget implements Travel {
  readonly #script: string;
  readonly #line: WorkerLine | undefined;
  readonly #streams: StreamCalls;
  readonly notes = pageNotes(
    () => this.#person,
    (message) => this.#ask(message),
  );
  #router: string;
  #person: string | null = null;
  #getToken: GetToken;
  /** The person that this page last named to the worker. */
  #introduced: string | null = null;
  #visitor: string | undefined;
  #mode: TravelMode = 'auto';
  /** The connection as the worker last reported it. */
  #seen: Connection = 'online';
  #connection: Connection = connectionOf('online');
  /** How many queued questions wait or are being sent. */
  #waiting = 0;
  /** How many streams each worker passes on to this page. During an update there are two workers. */
  readonly #open = new Map<ServiceWorker, number>();
  /** Whether the worker knows this page. Until then, and without a worker, nothing is kept. */
  #isKnown = false;
  #hello: Promise<void> | undefined;
  #warned = new Set<string>();
  #isFull = false;

  constructor(script: string, router: string) {
    super();
    this.#script = script;
    this.#router = router;
    this.#streams = new StreamCalls({
      router: () => this.#router,
      visitor: () => this.#visitor,
      token: () => this.#token(),
      saw: (isReached) => this.#see(isReached ? 'online' : 'unreachable'),
      tell: (event, streamId) => this.#tell(event, { streamId }),
    });
    if (hasServiceWorkers())
      this.#line = new WorkerLine(script, {
        onMessage: (message, port, worker) => void this.#take(message, port, worker),
        onUpdate: () => this.#tell('update', null),
        onControllerChange: () => void this.#sayHello(),
      });
    this.#watchPage();
  }

  /** Names the person. Never rejects: a page without its worker still works. */
  async begin(person: string | null, getToken: GetToken): Promise<void> {
    this.#person = person;
    this.#getToken = getToken;
    const line = this.#line;
    if (!line)
      return this.#warn('this browser or window has no service workers (a page needs https for them, or localhost)');
    // The hello is sent before anything is awaited, so the former person is out of reach at once.
    const named = this.#isKnown ? this.#sayHello() : undefined;
    try {
      await line.open();
    } catch (reason) {
      return this.#warn(
        `${this.#script} could not be registered: ${reason instanceof Error ? reason.message : reason}`,
      );
    }
    const claimed = line.isControlled ? undefined : line.controllerChange();
    await (named ?? this.#sayHello());
    if (!this.#isKnown)
      return this.#warn(
        `${this.#script} does not answer. Does it import '${this.#router}/sw.js' with importScripts, or is an older version still running?`,
      );
    await Promise.race([claimed, pause(CLAIM_LIMIT_MS)]);
    if (!line.isControlled) this.#warn(`${this.#script} does not control this page`);
    // The page said hello again when the controller changed.
    await this.#hello;
  }

  /** A new version may already be waiting, such as since an earlier visit. A listener that is added later hears of it too. */
  override addEventListener(...listening: Parameters<EventTarget['addEventListener']>): void {
    super.addEventListener(...listening);
    if (listening[0] === 'update' && this.#line?.waiting) setTimeout(() => this.#tell('update', null));
  }

  get mode(): TravelMode {
    return this.#mode;
  }

  async setMode(mode: TravelMode): Promise<void> {
    if (mode !== 'auto' && mode !== 'travel') throw new TypeError("setMode: the mode is 'auto' or 'travel'.");
    const reply = await this.#ask({ kind: 'mode', mode });
    if (!reply) return;
    this.#mode = mode;
    // This is not awaited, because Firefox asks the person.
    if (mode === 'travel') void navigator.storage?.persist?.().catch(() => {});
  }

  get connection(): Connection {
    return this.#connection;
  }

  async queue(): Promise<QueuedQuestion[]> {
    return (await this.#ask({ kind: 'queue' }))?.questions ?? [];
  }

  async cancel(id: string): Promise<boolean> {
    return (await this.#ask({ kind: 'cancel', id })) !== undefined;
  }

  async sendNow(id: string): Promise<string | undefined> {
    return (await this.#ask({ kind: 'send-now', id }))?.id;
  }

  async answer(id: string): Promise<Response | undefined> {
    const reply = await this.#ask({ kind: 'answer', id });
    return reply && new Response(reply.body, { status: reply.status, headers: reply.headers });
  }

  stop(response: Response): Promise<boolean> {
    return this.#streams.stop(response);
  }

  follow(response: Response): Response {
    return this.#streams.follow(response);
  }

  async update(): Promise<void> {
    const line = this.#line;
    for (;;) {
      const worker = line?.waiting;
      if (!line || !worker || !line.isControlled) return;
      // A worker without travel mode does not answer.
      const streams = this.#isKnown ? await line.ask({ kind: 'streams' }) : undefined;
      if (streams?.ok && streams.open > 0) {
        await pause(OPEN_STREAMS_POLL_MS);
        continue;
      }
      if (!(await line.ask({ kind: 'streams' }, { worker })).ok)
        return this.#warn(
          `the new version of ${this.#script} does not answer, so it takes over once all tabs are closed`,
        );
      void line.ask({ kind: 'take-over' }, { worker });
      // A still newer version may have taken the place of the one that waited.
      if (await isIn(worker)) return this.#hello;
    }
  }

  async usage(): Promise<TravelReplies['usage']> {
    const { answers, bytes, queued } = (await this.#ask({ kind: 'usage' })) ?? { answers: 0, bytes: 0, queued: 0 };
    return { answers, bytes, queued };
  }

  async clear(): Promise<void> {
    await this.#ask({ kind: 'clear' });
  }

  async signOut(): Promise<void> {
    const person = this.#person;
    if (person === null) return;
    this.#forget();
    // A hello that is still under way must not name the person again.
    await this.#hello;
    const line = this.#line;
    // A worker that has not answered so far is asked too, because it may hold data of an earlier visit.
    if (!line?.worker) return;
    const limitMs = this.#isKnown ? SIGN_OUT_LIMIT_MS : undefined;
    const { ok } = await line.ask({ kind: 'sign-out', person }, { limitMs });
    if (!ok) throw travelError('sign_out_unfinished', 'The browser could not forget everything of this person.');
    await this.#sayHello();
  }

  /** Undefined if there is no worker, or if it could not do what was asked. */
  async #ask<Kind extends keyof TravelReplies>(
    message: PageMessage & { kind: Kind },
  ): Promise<TravelReplies[Kind] | undefined> {
    if (!this.#line || !this.#isKnown) return undefined;
    const reply = await this.#line.ask<Kind>(message);
    if (reply.ok) return reply;
    if (reply.code === 'no_answer') throw travelError('no_answer', 'The service worker does not answer.');
    return undefined;
  }

  /** Tells the worker who uses this tab. */
  #sayHello(): Promise<void> {
    this.#hello = this.#introduce();
    return this.#hello;
  }

  async #introduce(): Promise<void> {
    if (!this.#line) return;
    const person = this.#person;
    const reply = await this.#line.ask({ kind: 'hello', person, claim: !this.#line.isControlled });
    this.#isKnown = reply.ok;
    // The page may have named another person in the meantime, with a hello of its own.
    if (!reply.ok || person !== this.#person) return;
    this.#router = reply.router;
    this.#visitor = reply.visitor;
    this.#mode = reply.mode;
    this.#see(reply.connection);
    // Another person has another outbox.
    if (this.#waiting !== reply.waiting || this.#introduced !== person) this.#count(reply.waiting);
    this.#introduced = person;
    this.#flush();
  }

  async #take(message: WorkerMessage, port: MessagePort | undefined, worker: MessageEventSource | null): Promise<void> {
    if (message.kind === 'token-wanted') {
      const token = message.person === this.#person ? await this.#token() : null;
      // No question is ever sent with another person's token.
      port?.postMessage({ token: message.person === this.#person ? token : null });
      return;
    }
    // The message is about the person that this tab had a moment ago.
    if (message.person !== undefined && message.person !== this.#person) return;
    switch (message.event) {
      case 'connection':
        return this.#see(message.detail.connection);
      case 'queue':
        return this.#count(message.detail.waiting);
      case 'mode':
        this.#mode = message.detail.mode;
        return;
      case 'streams':
        if (worker instanceof ServiceWorker) this.#open.set(worker, message.detail.open);
        return;
      case 'full':
        // Each new worker reports this again, and a browser starts many of them.
        if (this.#isFull) return;
        this.#isFull = true;
        this.#warn('the storage of this browser is full or broken, so nothing more is kept');
        return this.#tell('full', null);
      case 'signed-out':
        if (message.detail.person !== this.#person) return;
        this.#forget();
        return this.#sayHello();
      case 'answered':
      case 'note':
      case 'resuming':
      case 'resumed':
        this.dispatchEvent(new CustomEvent(message.event, { detail: message.detail }));
    }
  }

  #forget(): void {
    this.#person = null;
    this.#getToken = undefined;
    this.#waiting = 0;
  }

  async #token(): Promise<string | null> {
    try {
      return (await this.#getToken?.()) || null;
    } catch {
      return null;
    }
  }

  #watchPage(): void {
    const isVisible = () => document.visibilityState === 'visible';
    addEventListener('online', () => {
      this.#see(this.#seen);
      this.#flush();
    });
    addEventListener('offline', () => this.#see(this.#seen));
    document.addEventListener('visibilitychange', () => {
      if (isVisible()) this.#flush();
    });
    setInterval(() => {
      if (isVisible()) this.#flush();
    }, PROBE_MS);
    setInterval(() => {
      for (const [worker, open] of this.#open) if (open > 0) void this.#ping(worker);
    }, PING_MS);
  }

  /** The reply corrects the number of streams. A worker that the browser ended during a stream could not report its end. */
  async #ping(worker: ServiceWorker): Promise<void> {
    const reply = await this.#line?.ask({ kind: 'ping' }, { worker });
    if (reply?.ok) this.#open.set(worker, reply.open);
    else if (worker.state === 'redundant') this.#open.delete(worker);
  }

  /** Asks for a flush if something waits for the network, or if the page shows that the router is unreachable. */
  #flush(): void {
    if (this.#waiting > 0 || this.#seen !== 'online') this.#ask({ kind: 'flush' }).catch(() => {});
  }

  #see(seen: Connection): void {
    this.#seen = seen;
    const connection = connectionOf(seen);
    if (connection === this.#connection) return;
    this.#connection = connection;
    if (connection === 'unreachable' && location.origin !== this.#router) void this.#hintAtOrigins();
    this.#tell('connection', { connection });
  }

  /** Hints at a setting. A worker cannot tell a refused origin from a router that is down, because it gets no answer in either case. */
  async #hintAtOrigins(): Promise<void> {
    await pause(HINT_AFTER_MS);
    if (this.#connection === 'unreachable')
      this.#warn(
        `${this.#router} does not answer. If it is running, is ${location.origin} in "origins" of its carryon.config.ts?`,
      );
  }

  #count(waiting: number): void {
    this.#waiting = waiting;
    this.#tell('queue', { waiting });
  }

  #tell<Name extends keyof TravelEvents>(event: Name, detail: Detail<Name>): void {
    this.dispatchEvent(new CustomEvent(event, { detail }));
  }

  /** Warns once per reason and page. */
  #warn(reason: string): void {
    if (this.#warned.has(reason)) return;
    this.#warned.add(reason);
    console.warn(`Carryon travel mode: ${reason}${/[.?]$/.test(reason) ? '' : '.'}`);
  }
}

/** The browser's flag can be trusted if it is false. If it is true, there is only some network. */
function connectionOf(seen: Connection): Connection {
  if (!navigator.onLine) return 'offline';
  return seen === 'unreachable' ? 'unreachable' : 'online';
}

/** True once a worker is active, false once a newer one has taken its place. Another call, or another tab, may have let it in already. */
const isIn = (worker: ServiceWorker): Promise<boolean> =>
  new Promise((resolve) => {
    const look = () => {
      if (worker.state === 'activated' || worker.state === 'redundant') resolve(worker.state === 'activated');
    };
    worker.addEventListener('statechange', look);
    look();
  });

const travelError = (code: string, message: string): Error => Object.assign(new Error(message), { code });

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
