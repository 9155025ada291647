/** An `AnswerStream`, and a `SharedAnswer`, on real storage inside workerd, with a stopped clock and a scripted producer. */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { AnswerHead } from '../../worker/core/answers/answer-head.ts';
import type { CarryonField } from '../../worker/core/answers/carryon-field.ts';
import type { Refusal, RunEvent } from '../../worker/core/answers/stream/events.ts';
import type { Job } from '../../worker/core/answers/stream/job.ts';
import {
  type KeyedOpen,
  NOTE_HEADER,
  type Owner,
  type ReplyNote,
  readNote,
} from '../../worker/core/answers/stream/messages.ts';
import type { StreamError } from '../../worker/core/answers/stream/open.ts';
import type { ReaderOptions } from '../../worker/core/answers/stream/reader-options.ts';
import type { KeptLease } from '../../worker/core/answers/stream/record.ts';
import type { RunBatch, RunOutcome } from '../../worker/core/answers/stream/run.ts';
import { LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import type { ClosedRecord } from '../../worker/core/slo/record.ts';
import { NO_RUN_FACTS, type RunFacts } from '../../worker/core/slo/run-facts.ts';
import { AnswerStream } from '../../worker/objects/answer-stream/answer-stream.ts';
import { SharedAnswer } from '../../worker/objects/shared-answer/shared-answer.ts';
import type { AnswerRuns, RunHooks } from '../../worker/ports.ts';
import { START, TestClock } from '../unit/pipeline/support/clock.ts';

/** Tests name their jobs; the name travels as the request's id. */
const jobNamed = (requestId: string): Job => ({
  ...{ requestId, arrivedAt: START, identity: LOCAL_IDENTITY, user: null, door: 'chat-completions', feature: 'chat' },
  ...{ alias: 'app/chat', chat: {} as Job['chat'], cache: 'normal' },
});

export const HEAD: AnswerHead = { model: 'm-1', provider: 'openai' };
export const ADMITTED: AnswerHead = { left: [{ scope: 'tenant', limit: 'rps', cap: 10, remaining: 9, resetMs: 0 }] };
export const noteOf = ({ headers }: Pick<Response, 'headers'>): ReplyNote => readNote(headers.get(NOTE_HEADER));
export const refusal = (code: string, status = 400): Refusal => ({
  status,
  head: {},
  headers: {},
  body: JSON.stringify({ error: { code } }),
});
const STATUS: Record<StreamError['code'], number> = {
  idempotency_mismatch: 422,
  idempotency_expired: 409,
  stream_not_found: 404,
  stopped: 410,
  stream_interrupted: 502,
};

/** Batches as tests write them. */
type Given =
  | readonly RunEvent[]
  | { end: 'complete'; skippedEvents?: number; carryon?: CarryonField }
  | { end: 'interrupted'; error: Refusal };

function batchOf(given: Given): RunBatch {
  if (!('end' in given)) return { kind: 'events', events: given };
  if (given.end === 'interrupted') return { kind: 'interrupted', error: given.error };
  const { end: kind, ...about } = given;
  return { kind, ...about };
}

/** One call of the producer. */
export class Call {
  readonly job: string;
  readonly hooks: RunHooks;
  readonly outcome: Promise<RunOutcome>;
  #answer: (outcome: RunOutcome) => void = () => {};
  #fault: (error: Error) => void = () => {};
  #batches: RunBatch[] = [];
  #wake = () => {};
  #isOver = false;

  constructor({ requestId }: Job, hooks: RunHooks) {
    this.job = requestId;
    this.hooks = hooks;
    this.outcome = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fault = reject;
    });
  }

  /** As the pipeline does it: asks, is admitted, calls a provider, gets content. */
  begin(leaseId = 'lease 1'): this {
    this.hooks.onAsk(leaseId);
    this.hooks.admitted(ADMITTED);
    this.hooks.onStart(leaseId);
    return this.content();
  }

  /** What the run came to, as the pipeline tells before its end. */
  settled(facts: Partial<RunFacts> = {}): this {
    this.hooks.settled({ ...NO_RUN_FACTS, ...facts });
    return this;
  }

  content(): this {
    this.#answer({ kind: 'begun', head: HEAD, events: this.#events() });
    return this;
  }

  refuse(refusal: Refusal, personal = false): void {
    this.#answer({ kind: 'refused', refusal, isPersonal: personal });
  }

  /** Only a safeguard is granted. */
  alone(): void {
    this.#answer({ kind: 'alone' });
  }

  fault(): void {
    this.#fault(new Error('a bug'));
  }

  give(...batches: Given[]): this {
    this.#batches.push(...batches.map(batchOf));
    this.#wake();
    return this;
  }

  chunks(first: number, last: number, text = (id: number) => JSON.stringify({ n: id })): this {
    const events: RunEvent[] = [];
    for (let id = first; id <= last; id++) events.push({ kind: 'chunk', data: text(id) });
    return this.give(events);
  }

  complete(carryon?: CarryonField): this {
    this.give({ end: 'complete', ...(carryon !== undefined && { carryon }) });
    this.#isOver = true;
    return this;
  }

  async *#events(): AsyncGenerator<RunBatch> {
    for (;;) {
      const batch = this.#batches.shift();
      if (batch !== undefined) yield batch;
      else if (this.#isOver) return;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}

/** State that survives the object's restarts. */
export class World {
  clock = new TestClock();
  ttlMs = 3_600_000;
  readonly calls: Call[] = [];
  readonly told: KeptLease[][] = [];
  readonly records: ClosedRecord[] = [];
  /** Records that wait for the end of their run. */
  readonly waiting = new Set<object>();

  get call(): Call {
    const call = this.calls[this.calls.length - 1];
    if (call === undefined) throw new Error('nothing was called');
    return call;
  }

  get runs(): AnswerRuns {
    return {
      clock: this.clock,
      produce: (job, hooks) => {
        const call = new Call(job, hooks);
        this.calls.push(call);
        return call.outcome;
      },
      settleLeases: async (_, leases) => void this.told.push([...leases]),
      givesAgainMs: (_, completion) => (completion.includes('"length"') ? 0 : this.ttlMs),
      wire: ({ code }) => refusal(code, STATUS[code]),
      waits: (record) => void this.waiting.add(record),
      close: (record) => {
        this.waiting.delete(record);
        this.records.push(record);
      },
    };
  }

  class() {
    const { runs } = this;
    return class extends AnswerStream {
      constructor(state: DurableObjectState, env: unknown) {
        super(state, env, runs);
      }
    };
  }
}

type Instance = Pick<AnswerStream, 'fetch' | 'alarm'>;

let names = 0;

/** Any class with an alarm will do as a host: the object under test is made on its storage, in its context. */
export class Stage {
  readonly world = new World();
  readonly #name = `answer stream ${names++}`;
  #life: { state: DurableObjectState; talk: Talk } | undefined;

  /** Runs inside the object: I/O made there can only be used there. */
  inside<R>(run: (object: Talk, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    // A stub breaks with its object.
    const stub = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(this.#name));
    return runInDurableObject(stub, (_: unknown, state: DurableObjectState) => {
      if (this.#life?.state !== state) {
        const { runs } = this.world;
        const talk = new Talk(new AnswerStream(state, env, runs), this.world, new SharedAnswer(state, env, runs));
        this.#life = { state, talk };
      }
      return run(this.#life.talk, state);
    });
  }

  /** Its memory, timers and run are gone, as after a crash or a deploy. (A graceful eviction would wait for the run.) */
  async vanish(): Promise<void> {
    await abortAllDurableObjects();
    // Timers from before a restart never fire.
    const passed = this.world.clock.now();
    this.world.clock = new TestClock();
    await this.world.clock.advance(passed - this.world.clock.now());
  }
}

export const OWNER: Owner = { tenant: 'acme', user: 'ana', key: null, visitor: null };
export const RESUMABLE: ReaderOptions = { stream: true, resume: true, usage: false, seesProvider: true };
export const PLAIN: ReaderOptions = { ...RESUMABLE, resume: false };
export const WHOLE: ReaderOptions = { ...PLAIN, stream: false };

export type Asking = Partial<Omit<KeyedOpen, 'kind' | 'key' | 'job'>> & {
  kind?: 'keyed' | 'shared';
  key?: string | null;
  job?: string;
};

export class Talk {
  readonly instance: Instance;
  readonly world: World;
  readonly #shared: Pick<SharedAnswer, 'fetch'> | undefined;
  /** Where the last question was asked. */
  #opened: Pick<SharedAnswer, 'fetch'>;

  constructor(instance: Instance, world: World, shared?: SharedAnswer) {
    this.instance = instance;
    this.world = world;
    this.#shared = shared;
    this.#opened = instance;
  }

  open(wish: ReaderOptions, { job = 'job', record, ...more }: Asking = {}, signal?: AbortSignal): Promise<Response> {
    const asked = { alias: 'app/chat', wish, job: jobNamed(job), record };
    const keyed = {
      kind: 'keyed',
      owner: OWNER,
      key: 'key',
      bodyHash: 'hash',
      lastEventId: null,
      caches: true,
      copy: 'none',
    };
    const isShared = more.kind === 'shared';
    this.#opened = isShared && this.#shared !== undefined ? this.#shared : this.instance;
    return this.#post('open', isShared ? { ...asked, kind: 'shared' } : { ...asked, ...keyed, ...more }, signal);
  }

  attach(lastEventId: string | null, owner = OWNER): Promise<Response> {
    return this.#post('attach', { owner, wish: RESUMABLE, lastEventId });
  }

  stop(owner = OWNER): Promise<Response> {
    return this.#post('stop', { owner });
  }

  whole(): Promise<Response> {
    return post(this.#opened, 'whole', {});
  }

  /** Lets everything run that is not waiting for time or I/O. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await this.world.clock.settle();
  }

  #post(path: string, message: unknown, signal?: AbortSignal): Promise<Response> {
    return post(path === 'open' ? this.#opened : this.instance, path, message, signal);
  }
}

function post(object: Pick<SharedAnswer, 'fetch'>, path: string, message: unknown, signal?: AbortSignal) {
  const init = { method: 'POST', body: JSON.stringify(message), ...(signal && { signal }) };
  return object.fetch(new Request(`https://answer-stream/${path}`, init));
}

/** Ids and texts of a stream's events, without comments. */
export const eventsOf = (text: string): [string | undefined, string][] =>
  text
    .split('\n\n')
    .map((block) => block.replace(/^(?::.*(?:\n|$))+/, ''))
    .filter((block) => block !== '')
    .map((block) => [/^id: (.*)$/m.exec(block)?.[1], /^data: (.*)$/m.exec(block)?.[1] ?? '']);

/** Reads until this many events have come, then leaves. */
export async function take(response: Response, events: number): Promise<string> {
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (eventsOf(text).length < events) {
    const { value, done } = await reader.read();
    if (done) return text;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel();
  return text;
}

/** Tables of the object under test, without those of its host. */
export const storedIn = ({ storage }: DurableObjectState): string[] =>
  storage.sql
    .exec<{ name: string }>(
      "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'",
    )
    .toArray()
    .map(({ name }) => name)
    .filter((name) => !OF_HOST.has(name));
const OF_HOST: ReadonlySet<string> = new Set(['health', 'learnt', 'overrides']);

export const pagesIn = ({ storage }: DurableObjectState) =>
  storage.sql.exec<{ bytes: number }>('SELECT length(CAST(text AS BLOB)) AS bytes FROM pages').toArray();
