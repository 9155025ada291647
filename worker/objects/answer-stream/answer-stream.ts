import { DurableObject } from 'cloudflare:workers';
import { parseJson } from '../../../protocol/written-number.ts';
import { fieldFor } from '../../core/answers/carryon-field.ts';
import { READER_STALL_MS } from '../../core/answers/stream/limits.ts';
import type { AttachMessage, OpenMessage, Role, StopMessage, Wish } from '../../core/answers/stream/messages.ts';
import {
  type Decision,
  decideAttach,
  decideOpen,
  decideStop,
  type Known,
  type StreamError,
} from '../../core/answers/stream/open.ts';
import { asked, beginRecord, started, wake } from '../../core/answers/stream/record.ts';
import type { AnswerStreamDeps } from '../../core/answers/stream/run.ts';
import { type Current, headOf, isPartial, isPast, keepUntil, shownLastId } from './current.ts';
import { AnswerLog } from './log.ts';
import { readerStream } from './reader.ts';
import { aloneReply, completionReply, goneReply, refusalReply, streamReply, unknownReply } from './reply.ts';
import { AnswerRows, SharedPages } from './rows.ts';
import { AnswerRun, type Seat } from './run.ts';

/** How one reader takes it. */
interface ReadWish {
  wish: Wish;
  /** The last event he has seen. */
  afterId: number;
  signal: AbortSignal | undefined;
  /** His Worker would keep it in its cache. */
  caches: boolean;
}

/** It passed as a stream, marked, and is not given as a whole. */
const NOT_WHOLE: StreamError = {
  code: 'stream_interrupted',
  detail: 'Part of the provider’s answer could not be read.',
};

/**
 * One answer that outlives the connection of whoever asked (docs/contract.md "Idempotency", "Shared questions"): named by an idempotency key, or by the
 * answer key where equal questions are shared. Every rule is in core/answers/stream/. From reading to deciding to what follows
 * there is no `await`: two runs never start for one name.
 */
export const answerStreamClass = <Job, Env>(makeDeps: (env: Env) => AnswerStreamDeps<Job>) =>
  class AnswerStream extends DurableObject<Env> {
    readonly #deps: AnswerStreamDeps<Job>;
    readonly #rows: AnswerRows;
    #current: Current<Job> | undefined;

    constructor(ctx: DurableObjectState, env: Env) {
      super(ctx, env);
      this.#deps = makeDeps(env);
      this.#rows = new AnswerRows(ctx.storage);
    }

    /** One call each (messages.ts); a Request, because its signal tells of a reader who leaves while he waits. */
    override async fetch(request: Request): Promise<Response> {
      const message = parseJson(await request.text());
      switch (new URL(request.url).pathname) {
        case '/open':
          return this.#open(message as OpenMessage<Job>, request.signal);
        case '/attach':
          return this.#attach(message as AttachMessage, request.signal);
        case '/stop':
          return this.#stop(message as StopMessage);
        case '/whole':
          return this.#whole();
        default:
          return new Response(null, { status: 404 });
      }
    }

    override async alarm(): Promise<void> {
      const current = this.#find();
      if (current === undefined && !this.#isRead) return this.#forget();
      const now = this.#deps.clock.now();
      const until = current === undefined ? now : keepUntil(current);
      await this.ctx.storage.setAlarm(until > now && Number.isFinite(until) ? until : now + READER_STALL_MS);
    }

    #open(message: OpenMessage<Job>, signal: AbortSignal): Promise<Response> | Response {
      const { wish, job, caches } = message;
      this.#judge(job);
      const decision = decideOpen(this.#known(message.lastEventId), message, this.#deps.clock.now());
      if (decision.do === 'nothing') return unknownReply();
      if (decision.do !== 'run') return this.#follow(decision, { wish, signal, caches }, job);
      // The Worker gives its cached copy: a key that was new stays new, and costs no row.
      if (this.#isRead || message.copy === 'worker') return aloneReply();
      const current = this.#begin(message);
      const seat = current.run?.sit(job);
      if (current.run !== undefined) this.ctx.waitUntil(current.run.drive().then(() => this.#ended(current)));
      return this.#read(current, seat, { wish, signal, caches, afterId: 0 });
    }

    #attach(message: AttachMessage, signal: AbortSignal): Promise<Response> | Response {
      const decision = decideAttach(this.#known(message.lastEventId), message);
      return this.#follow(decision, { wish: message.wish, signal, caches: false }, undefined);
    }

    #stop(message: StopMessage): Response {
      const decision = decideStop(this.#known(null), message);
      if (decision === 'stream_not_found') return this.#refusal({ code: decision }, false);
      const current = this.#find();
      if (decision === 'stop' && current !== undefined) {
        this.#rows.save(current.record);
        current.run?.stop();
      }
      return new Response(null, { status: 204 });
    }

    /** For whoever caches it, when it is complete; he is no reader, so nothing goes on for him alone. */
    async #whole(): Promise<Response> {
      const current = this.#find();
      await current?.log.until(() => current.log.ending !== null);
      const text = current?.log.ending?.standing === 'complete' ? current.log.completion : undefined;
      if (current === undefined || text === undefined) return new Response(null, { status: 404 });
      const note = { role: 'attached' as const, head: headOf(current) };
      return completionReply(text, { seesProvider: true }, current.record.alias, note);
    }

    #follow(
      decision: Decision,
      reading: Omit<ReadWish, 'afterId'>,
      job: Job | undefined,
    ): Promise<Response> | Response {
      const current = this.#find();
      if (decision.do === 'refuse') return this.#refusal(decision.error, reading.wish.seesProvider);
      if (decision.do !== 'attach' || current === undefined) throw new Error('nothing to attach to');
      return this.#read(current, current.run?.sit(job), { ...reading, afterId: decision.afterId });
    }

    #begin(message: OpenMessage<Job>): Current<Job> {
      const { kind, caches } = message;
      const { clock, produce, wire } = this.#deps;
      const record = beginRecord(message, clock.now());
      const pages = kind === 'keyed' ? this.#rows : new SharedPages(this.#rows, () => clock.now());
      const log = new AnswerLog(pages, clock);
      const current: Current<Job> = { kind, record, log, run: undefined, hasKeeper: !caches, givesAgainMs: undefined };
      const note = (change: typeof asked) => (leaseId: string) => {
        current.record = change(current.record, leaseId);
        // A shared run has no next life that could find them.
        if (kind === 'keyed' && this.#current === current) this.#rows.save(current.record);
      };
      const background = (work: Promise<unknown>) => this.ctx.waitUntil(work);
      const hooks = { background, asks: note(asked), starts: note(started) };
      current.run = new AnswerRun({ kind, log, clock, produce, hooks, wire });
      this.#current = current;
      return current;
    }

    async #read(current: Current<Job>, seat: Seat<Job> | undefined, reading: ReadWish): Promise<Response> {
      const { afterId, signal, caches } = reading;
      const { log, run } = current;
      const { alias, form } = current.record;
      const wish = { ...reading.wish, form };
      const isReplay = log.ending !== null;
      let hasLeft = false;
      const leave = () => {
        hasLeft = true;
        signal?.removeEventListener('abort', leave);
        if (seat !== undefined) run?.leave(seat);
        this.#release(current);
      };
      signal?.addEventListener('abort', leave);
      // No event comes any more.
      if (signal?.aborted) leave();
      const admitted = () => log.head ?? (wish.resume && log.ending === null ? (run?.admitted ?? null) : null);
      const isThere = () => log.ending !== null || seat?.refused !== undefined || (wish.stream && admitted() !== null);
      if (!hasLeft) await log.until(isThere);
      if (hasLeft) return goneReply();
      const { ending } = log;
      const role: Role = isReplay ? 'replayed' : seat?.hasAsked ? 'started' : 'attached';
      const keeps = caches && !isReplay && !current.hasKeeper;
      const isOwn = role === 'started' || afterId > 0;
      const madeFor = isOwn ? 'own' : current.kind === 'keyed' ? 'again' : 'other';
      const head = wish.stream ? admitted() : null;
      if (head !== null && seat?.refused === undefined) {
        const body = readerStream({ log, wish, alias, afterId, madeFor, clock: this.#deps.clock, onGone: leave });
        current.hasKeeper ||= keeps;
        const note = { role, keeps, isPartial: isPartial(ending) };
        return streamReply(body, headOf(current, head), wish, note, this.ctx.id.toString());
      }
      try {
        if (seat?.refused === 'alone') return aloneReply();
        const error = seat?.refused ?? (ending !== null && 'error' in ending ? ending.error : undefined);
        if (error !== undefined) return refusalReply(error, wish.seesProvider, role, madeFor);
        const text = log.completion;
        if (text === undefined)
          return current.kind === 'shared' ? aloneReply() : this.#refusal(NOT_WHOLE, wish.seesProvider);
        current.hasKeeper ||= keeps;
        const carryon = ending?.standing === 'complete' ? fieldFor(ending.carryon, madeFor) : undefined;
        return completionReply(text, wish, alias, { role, keeps, head: headOf(current) }, carryon);
      } finally {
        leave();
      }
    }

    /** A run is over. What failed before content is forgotten at once, and the key may run again. */
    async #ended(current: Current<Job>): Promise<void> {
      if (this.#current !== current) return;
      const { standing } = current.log.ending ?? {};
      if (standing === 'failed') return this.#forget();
      const isSpilled = current.kind === 'shared' && this.#rows.hasTables;
      if (standing === 'complete' && isSpilled) await this.ctx.storage.setAlarm(keepUntil(current));
      this.#release(current);
    }

    /** A shared answer that nobody is given any more goes with its last reader. */
    #release(current: Current<Job>): void {
      if (this.#current !== current || current.kind === 'keyed' || current.run?.hasReaders) return;
      if (isPast(current, this.#deps.clock.now())) this.ctx.waitUntil(this.#forget());
    }

    /** A complete answer that is none to give again, such as one cut by its length, is for its readers only. */
    #judge(job: Job): void {
      const current = this.#current;
      if (current?.kind !== 'shared' || current.log.ending?.standing !== 'complete') return;
      const { completion } = current.log;
      current.givesAgainMs ??= completion === undefined ? 0 : this.#deps.givesAgainMs(job, completion);
    }

    /** Readers of a shared answer that outgrew memory are still at its rows. */
    get #isRead(): boolean {
      const { kind, run } = this.#current ?? {};
      return kind === 'shared' && run?.hasReaders === true && this.#rows.hasTables;
    }

    async #forget(): Promise<void> {
      this.#current = undefined;
      await this.#rows.forget();
    }

    #refusal(error: StreamError, seesProvider: boolean): Response {
      return refusalReply(this.#deps.wire(error), seesProvider, 'refused');
    }

    #known(lastEventId: string | null): Known | undefined {
      const current = this.#find();
      if (current === undefined) return undefined;
      const { record, kind, log } = current;
      const ended = log.ending !== null;
      const died = log.ending?.standing === 'died';
      return { record, kind, died, ended, lastId: lastEventId === null ? log.lastId : shownLastId(log) };
    }

    /** What runs or is kept; in a new life, what the former one left (record.ts, `wake`). */
    #find(): Current<Job> | undefined {
      const { clock, wire, tellLeases } = this.#deps;
      const now = clock.now();
      if (this.#current === undefined) {
        const loaded = this.#rows.load();
        if (loaded === undefined) {
          // Pages of a shared answer that died: nobody can come back to them.
          if (this.#rows.hasTables) this.ctx.waitUntil(this.#forget());
          return undefined;
        }
        const { record, log: stored } = loaded;
        const found = wake(record, stored.ending, now);
        if (stored.ending === null) this.ctx.waitUntil(tellLeases(record.owner.tenant, record.leases));
        if (found === 'forget') {
          this.ctx.waitUntil(this.#forget());
          return undefined;
        }
        const log = new AnswerLog(this.#rows, clock, stored);
        if (found === 'died') {
          const detail =
            'The router was restarted while this answer was being written. Ask again with a new idempotency-key.';
          log.end({ standing: 'died', error: wire({ code: 'stream_interrupted', detail }) });
        }
        this.#current = { kind: 'keyed', record, log, run: undefined, hasKeeper: true, givesAgainMs: undefined };
      } else if (isPast(this.#current, now)) {
        if (!this.#isRead) this.ctx.waitUntil(this.#forget());
        return undefined;
      }
      return this.#current;
    }
  };
