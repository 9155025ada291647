/** An `AnswerStream` on real storage inside workerd, with a stopped clock and a scripted producer. */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import type { AnswerHead } from '../../worker/core/answers/answer-head.ts';
import type { CarryonField } from '../../worker/core/answers/carryon-field.ts';
import type { Refusal, RunEvent } from '../../worker/core/answers/stream/events.ts';
import {
  NOTE_HEADER,
  type OpenMessage,
  type Owner,
  type ReplyNote,
  readNote,
  type Wish,
} from '../../worker/core/answers/stream/messages.ts';
import type { StreamError } from '../../worker/core/answers/stream/open.ts';
import type { KeptLease } from '../../worker/core/answers/stream/record.ts';
import type { RunBatch, RunHooks, RunOutcome } from '../../worker/core/answers/stream/run.ts';
import { answerStreamClass } from '../../worker/objects/answer-stream/answer-stream.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';

export type Job = string;

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

/** One call of the producer. */
export class Call {
  readonly job: Job;
  readonly hooks: RunHooks;
  readonly outcome: Promise<RunOutcome>;
  #answer: (outcome: RunOutcome) => void = () => {};
  #fault: (error: Error) => void = () => {};
  #batches: RunBatch[] = [];
  #wake = () => {};
  #isOver = false;

  constructor(job: Job, hooks: RunHooks) {
    this.job = job;
    this.hooks = hooks;
    this.outcome = new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#fault = reject;
    });
  }

  /** As the pipeline does it: asks, is admitted, calls a provider, gets content. */
  begin(leaseId = 'lease 1'): this {
    this.hooks.asks(leaseId);
    this.hooks.admitted(ADMITTED);
    this.hooks.starts(leaseId);
    return this.content();
  }

  content(): this {
    this.#answer({ ok: true, head: HEAD, events: this.#events() });
    return this;
  }

  refuse(refusal: Refusal, personal = false): void {
    this.#answer({ ok: false, refusal, personal });
  }

  /** Only a safeguard is granted. */
  alone(): void {
    this.#answer({ ok: false, alone: true });
  }

  fault(): void {
    this.#fault(new Error('a bug'));
  }

  give(...batches: RunBatch[]): this {
    this.#batches.push(...batches);
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

  get call(): Call {
    const call = this.calls[this.calls.length - 1];
    if (call === undefined) throw new Error('nothing was called');
    return call;
  }

  class() {
    return answerStreamClass<Job, unknown>(() => ({
      clock: this.clock,
      produce: (job, hooks) => {
        const call = new Call(job, hooks);
        this.calls.push(call);
        return call.outcome;
      },
      tellLeases: async (_, leases) => void this.told.push([...leases]),
      givesAgainMs: (_, completion) => (completion.includes('"length"') ? 0 : this.ttlMs),
      wire: ({ code }) => refusal(code, STATUS[code]),
    }));
  }
}

type Instance = InstanceType<ReturnType<World['class']>>;

let names = 0;

/** Any class with an alarm will do as a host: the object under test is made on its storage, in its context. */
export class Stage {
  readonly world = new World();
  readonly #name = `answer stream ${names++}`;
  #life: { state: DurableObjectState; instance: Instance } | undefined;

  /** Runs inside the object: I/O made there can only be used there. */
  inside<R>(run: (object: Talk, state: DurableObjectState) => R | Promise<R>): Promise<R> {
    // A stub breaks with its object.
    const stub = env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(this.#name));
    return runInDurableObject(stub, (_: unknown, state: DurableObjectState) => {
      if (this.#life?.state !== state) {
        const Class = this.world.class();
        this.#life = { state, instance: new Class(state, env) };
      }
      return run(new Talk(this.#life.instance, this.world), state);
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
export const RESUMABLE: Wish = { stream: true, resume: true, usage: false, seesProvider: true };
export const PLAIN: Wish = { ...RESUMABLE, resume: false };
export const WHOLE: Wish = { ...PLAIN, stream: false };

export type Asking = Partial<OpenMessage<Job>>;

export class Talk {
  readonly instance: Pick<Instance, 'fetch' | 'alarm'>;
  readonly world: World;

  constructor(instance: Pick<Instance, 'fetch' | 'alarm'>, world: World) {
    this.instance = instance;
    this.world = world;
  }

  open(wish: Wish, more: Asking = {}, signal?: AbortSignal): Promise<Response> {
    const message: OpenMessage<Job> = {
      ...{
        kind: 'keyed',
        owner: OWNER,
        key: 'key',
        bodyHash: 'hash',
        alias: 'app/chat',
        wish,
        lastEventId: null,
        job: 'job',
        caches: true,
        copy: 'none',
      },
      ...more,
    };
    return this.#post('open', message, signal);
  }

  attach(lastEventId: string | null, owner = OWNER): Promise<Response> {
    return this.#post('attach', { owner, wish: RESUMABLE, lastEventId });
  }

  stop(owner = OWNER): Promise<Response> {
    return this.#post('stop', { owner });
  }

  whole(): Promise<Response> {
    return this.#post('whole', {});
  }

  /** Lets everything run that is not waiting for time or I/O. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2; turn++) await this.world.clock.settle();
  }

  #post(path: string, message: unknown, signal?: AbortSignal): Promise<Response> {
    const init = { method: 'POST', body: JSON.stringify(message), ...(signal && { signal }) };
    return this.instance.fetch(new Request(`https://answer-stream/${path}`, init));
  }
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
