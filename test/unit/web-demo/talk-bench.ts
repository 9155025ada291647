/**
 * The demo's state without a browser: tabs that share a store, locks and an outbox, and a router that counts what it was paid for. As in
 * travel mode, a question that is sent again before its answer was read to the end is the same one.
 */
import type { QueuedQuestion, Travel } from '/travel.js';
import { Conversations } from '../../../web-demo/state/conversations.ts';
import { pageNotes } from '../../../web-demo/state/notes.ts';
import type { Ports } from '../../../web-demo/state/ports.ts';
import { Queue } from '../../../web-demo/state/queue.ts';
import { SpentToday } from '../../../web-demo/state/spent.ts';
import { TalkState } from '../../../web-demo/state/talk.ts';
import { wordsFor } from '../../../web-demo/words/words.ts';

/** A streamed answer, written by the test. */
export interface Generation {
  question: string;
  body: string;
  headers: Headers;
  /** The number of its key. */
  paid: number;
  write(text: string): void;
  done(more?: object): void;
  fail(code: string): void;
  cut(): void;
  isCancelled: boolean;
}

export class World {
  now = 1_800_000_000_000;
  notes = new Map<string, { text: string; changedAt: number }>();
  isFull = false;
  /** How long each read of the notes takes. */
  pause: () => Promise<void> = () => Promise.resolve();
  queue: QueuedQuestion[] = [];
  answers = new Map<string, string>();
  isOnline = true;
  /** The router answers only when this resolves. */
  heldUntil: Promise<void> = Promise.resolve();
  /** The router's error instead of an answer. */
  refusal: Response | undefined;
  generations: Generation[] = [];
  /** Keys of questions whose answer was not read to its end. */
  readonly #keys = new Map<string, number>();
  #paid = 0;
  readonly tabs = new Set<Tab>();
  readonly #locks = new Map<string, Promise<unknown>>();
  stopped: string[] = [];
  #ids = 0;

  newId(): string {
    return (++this.#ids).toString(16).padStart(24, '0');
  }

  /** How many answers were made. */
  get paid(): number {
    return this.#paid;
  }

  async locked<Result>(tab: Tab, name: string, work: () => Promise<Result>): Promise<Result> {
    const before = this.#locks.get(name) ?? Promise.resolve();
    const never = new Promise<never>(() => {});
    let give: (result: Promise<Result>) => void = () => {};
    const given = new Promise<Result>((resolve) => {
      give = resolve;
    });
    const mine = before.then(async () => {
      if (!tab.isAlive) return;
      const result = work();
      give(result);
      // The lock of a tab that dies is free at once.
      await Promise.race([result, tab.died]);
    });
    this.#locks.set(
      name,
      mine.catch(() => {}),
    );
    return tab.isAlive ? given : never;
  }

  async fetch(tab: Tab, init: RequestInit): Promise<Response> {
    await this.heldUntil;
    const body = String(init.body);
    const headers = new Headers(init.headers);
    if (this.refusal !== undefined) return this.refusal.clone();
    if (!this.isOnline) return this.#queued(body, headers);
    const key = headers.get('idempotency-key') ?? body;
    if (!this.#keys.has(key)) this.#keys.set(key, ++this.#paid);
    return this.#stream(tab, body, headers, key);
  }

  #queued(body: string, headers: Headers): Response {
    const noStore = headers.get('x-carryon-cache') === 'no-store';
    const id = `q${this.queue.length + 1}`;
    if (!noStore)
      this.queue.push({ id, askedAt: this.now, feature: 'chat', state: 'waiting', tries: 0, lastError: null });
    const code = noStore ? 'offline' : 'offline_queued';
    const about = {
      'x-carryon-travel': noStore ? 'offline' : 'queued',
      ...(!noStore && { 'x-carryon-travel-id': id }),
    };
    return new Response(JSON.stringify({ error: { code, message: body.slice(0, 0) } }), {
      status: 503,
      headers: about,
    });
  }

  #stream(tab: Tab, body: string, headers: Headers, key: string): Response {
    const encoder = new TextEncoder();
    let send!: ReadableStreamDefaultController<Uint8Array>;
    const paid = this.#keys.get(key) ?? 0;
    const { messages } = JSON.parse(body) as { messages: { content: string }[] };
    const event = (data: string) => {
      if (tab.isAlive && !generation.isCancelled) send.enqueue(encoder.encode(`data: ${data}\n\n`));
    };
    const generation: Generation = {
      ...{ question: messages.at(-1)?.content ?? '', body, headers, paid, isCancelled: false },
      write: (text) => event(JSON.stringify({ model: 'm', choices: [{ index: 0, delta: { content: text } }] })),
      done: (more = {}) => {
        if (tab.isAlive) this.#keys.delete(key);
        const usage = { completion_tokens: 5 };
        event(
          JSON.stringify({ choices: [], usage, carryon: { attempts: [], cooldowns: [], costUsd: 0.001 }, ...more }),
        );
        event('[DONE]');
      },
      fail: (code) => event(JSON.stringify({ error: { code, message: 'as the test wants it' } })),
      cut: () => send.close(),
    };
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => {
        send = controller;
      },
      cancel: () => {
        generation.isCancelled = true;
      },
    });
    this.generations.push(generation);
    return new Response(stream, { headers: { 'x-carryon-stream-id': `s${paid}`, 'x-request-id': `r${paid}` } });
  }

  tell(name: string, but: Tab): void {
    for (const tab of this.tabs) if (tab !== but && tab.isAlive) void tab.talk.noteChanged(name);
  }

  /** The router is back, and the outbox has been answered. */
  answerQueue(text: (id: string) => string): void {
    for (const question of this.queue) {
      question.state = 'answered';
      this.#paid++;
      const message = { role: 'assistant', content: text(question.id) };
      this.answers.set(question.id, JSON.stringify({ model: 'm', choices: [{ message, finish_reason: 'stop' }] }));
    }
    for (const tab of this.tabs) if (tab.isAlive) tab.travel.dispatchEvent(new Event('answered'));
  }
}

export class Tab {
  isAlive = true;
  readonly world: World;
  readonly travel;
  readonly talk: TalkState;
  readonly queue: Queue;
  readonly spent: SpentToday;
  readonly died: Promise<void>;
  #die: () => void = () => {};
  frames: (() => void)[] = [];
  timers: (() => void)[] = [];
  address: string | undefined;

  constructor(world: World, address?: string) {
    this.world = world;
    this.address = address;
    this.died = new Promise((resolve) => {
      this.#die = resolve;
    });
    const travel = Object.assign(new EventTarget(), {
      follow: (response: Response) => response,
      stop: async (response: Response) => {
        world.stopped.push(response.headers.get('x-carryon-stream-id') ?? '');
        return true;
      },
      queue: async () => [...world.queue],
      answer: async (id: string) => {
        const body = world.answers.get(id);
        return body === undefined ? undefined : new Response(body);
      },
      cancel: async (id: string) => {
        const isThere = world.queue.some((one) => one.id === id);
        world.queue = world.queue.filter((one) => one.id !== id);
        world.answers.delete(id);
        return isThere;
      },
      sendNow: async (id: string) => {
        const question = world.queue.find((one) => one.id === id);
        if (question === undefined || question.state === 'waiting') return question?.id;
        Object.assign(question, { id: `${id}-anew`, state: 'waiting' });
        return question.id;
      },
    });
    this.travel = travel;
    const alive = <Result>(work: () => Result): Promise<Result> =>
      this.isAlive ? world.pause().then(work) : new Promise(() => {});
    const kept = {
      list: (prefix: string) =>
        alive(() =>
          [...world.notes].filter(([name]) => name.startsWith(prefix)).map(([name, note]) => ({ name, ...note })),
        ),
      get: (name: string) => alive(() => world.notes.get(name)?.text),
      put: (name: string, text: string) =>
        alive(() => {
          if (world.isFull || text.length > 256 * 1_024) return false;
          world.notes.set(name, { text, changedAt: world.now });
          world.tell(name, this);
          return true;
        }),
      delete: (name: string) =>
        alive(() => {
          if (world.notes.delete(name)) world.tell(name, this);
        }),
    };
    const notes = pageNotes(kept, () => world.now);
    const ports: Ports & { notes: typeof notes } = {
      fetch: (_, init) => world.fetch(this, init ?? {}),
      now: () => ++world.now,
      elapsedMs: () => world.now,
      newId: () => world.newId(),
      frame: (then) => void this.frames.push(then),
      later: (_, then) => void this.timers.push(then),
      locked: (name, work) => world.locked(this, name, work),
      notes,
    };
    const ready = Promise.resolve(travel as unknown as Travel);
    const conversations = new Conversations(ports);
    this.spent = new SpentToday(ports);
    this.queue = new Queue({ ports, travel: ready, conversations, spent: this.spent });
    this.talk = new TalkState({
      ...{ ports, travel: ready, conversations, queue: this.queue, spent: this.spent, isFirstVisit: false },
      token: async () => 'token',
      words: wordsFor(['en']).exported,
      address: {
        get: () => this.address,
        set: (id) => {
          this.address = id;
        },
      },
    });
    world.tabs.add(this);
  }

  static async open(world: World, address?: string): Promise<Tab> {
    const tab = new Tab(world, address);
    await tab.talk.load();
    return tab;
  }

  /** Like a killed browser: what was not kept is gone. */
  kill(): void {
    this.isAlive = false;
    this.world.tabs.delete(this);
    this.#die();
  }

  /** Draws. */
  frame(): void {
    for (const then of this.frames.splice(0)) then();
  }

  timePasses(): void {
    for (const then of this.timers.splice(0)) then();
  }

  get turns() {
    return this.talk.open.value.turns;
  }
}

/** For the many small steps behind each call. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  for (let turn = 0; turn < 60; turn++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
}

export const open = async () => {
  const world = new World();
  return { world, tab: await Tab.open(world) };
};
export const last = (world: World) => {
  const generation = world.generations.at(-1);
  if (generation === undefined) throw new Error('nothing was asked');
  return generation;
};
export const answer = async (world: World, text: string) => {
  await settle();
  last(world).write(text);
  last(world).done();
  await settle();
};
export const shown = (tab: Tab) => tab.turns.map(({ question, text, outcome }) => [question, text, outcome.state]);
