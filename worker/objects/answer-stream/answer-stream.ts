import { DurableObject } from 'cloudflare:workers';
import { parseJson } from '../../../protocol/written-number.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { AttachMessage, KeyedOpen, StopMessage, TookMessage } from '../../core/answers/stream/messages.ts';
import {
  decideAttach,
  decideOpen,
  decideStop,
  type OpenDecision,
  type StreamError,
} from '../../core/answers/stream/open.ts';
import type { ReaderOptions } from '../../core/answers/stream/reader-options.ts';
import { openedRecord } from '../../core/slo/opened.ts';
import type { ClosedRecord } from '../../core/slo/record.ts';
import type { AnswerRuns } from '../../ports.ts';
import { aloneReply, completionReply, notFoundReply, refusalReply, unknownReply } from '../answers/reply.ts';
import { serve } from '../answers/serve.ts';
import { type Kept, KeptAnswer } from './kept-answer.ts';

/** The head of an error that the object itself returns, without asking a provider. */
const NO_ATTEMPT: AnswerHead = { attempts: 0 };

/** How one reader wants the answer. */
interface ReadWish {
  wish: ReaderOptions;
  signal: AbortSignal;
  /** True if the reader's Worker would store the answer in its cache. */
  caches: boolean;
  /** The reader's record, just opened. Undefined if the call is not a request of its own. */
  opened: ClosedRecord | undefined;
}

/** The error for a reader that wants the whole of an answer that has lost events. Such an answer is given only as a stream, with a mark. */
const NOT_WHOLE: StreamError = {
  code: 'stream_interrupted',
  detail: 'Part of the provider’s answer could not be read.',
};

/**
 * One answer under an idempotency key, which outlives the connection of the caller that asked for it (docs/contract.md
 * "Idempotency"). Every rule is in core/answers/stream/. Between looking for an answer and starting a run there is no `await`,
 * so two runs never start for one key.
 */
export class AnswerStream extends DurableObject<unknown> {
  readonly #runs: AnswerRuns;
  readonly #answer: KeptAnswer;

  constructor(state: DurableObjectState, env: unknown, runs: AnswerRuns) {
    super(state, env);
    this.#runs = runs;
    this.#answer = new KeptAnswer(state.storage, runs, (work) => state.waitUntil(work));
  }

  /** Carries out one call (messages.ts). It takes a Request, because its signal fires when a reader leaves while it waits. */
  override async fetch(request: Request): Promise<Response> {
    const message: unknown = parseJson(await request.text());
    switch (new URL(request.url).pathname) {
      case '/open':
        return this.#open(message as KeyedOpen, request.signal);
      case '/attach':
        return this.#attach(message as AttachMessage, request.signal);
      case '/stop':
        return this.#stop(message as StopMessage);
      case '/whole':
        return this.#whole();
      case '/took':
        return this.#answer.taken.reply(message as TookMessage);
      default:
        return notFoundReply();
    }
  }

  /** Deletes the answer, because its time is usually over. If it is not, the alarm is set again. */
  override async alarm(): Promise<void> {
    const kept = this.#answer.find();
    if (kept === undefined) return this.#answer.forget();
    await this.ctx.storage.setAlarm(kept.record.keepUntil);
  }

  #open(message: KeyedOpen, signal: AbortSignal): Promise<Response> | Response {
    const now = this.#runs.clock.now();
    const reading = { ...message, signal, opened: openedRecord(message, now) };
    const decision = decideOpen(this.#answer.known(message.lastEventId), message, now);
    if (decision.do === 'nothing') return unknownReply();
    if (decision.do !== 'run') return this.#follow(decision, reading);
    // The Worker gives its cached copy itself, so a key that was new stays new and costs no row.
    if (message.copy === 'worker') return aloneReply();
    return this.#read(this.#answer.begin(message), reading, 0, true);
  }

  #attach({ wish, ...message }: AttachMessage, signal: AbortSignal): Promise<Response> | Response {
    const decision = decideAttach(this.#answer.known(message.lastEventId), message);
    return this.#follow(decision, { wish, signal, caches: false, opened: undefined });
  }

  #stop(message: StopMessage): Response {
    const decision = decideStop(this.#answer.known(null), message);
    if (decision === 'stream_not_found') return this.#refusal({ code: decision }, false);
    const kept = this.#answer.find();
    if (decision === 'stop' && kept !== undefined) {
      this.#answer.save(kept);
      kept.run?.stop();
    }
    return new Response(null, { status: 204 });
  }

  /** Gives the complete answer to the Worker that caches it. That Worker does not count as a reader, so a run never goes on just for it. */
  async #whole(): Promise<Response> {
    const kept = this.#answer.find();
    if (kept === undefined) return notFoundReply();
    const { log, record } = kept;
    await log.until(() => log.ending !== null);
    const text = log.completion;
    if (text === undefined) return notFoundReply();
    return completionReply(text, { seesProvider: true }, record.alias, { role: 'attached', head: log.head ?? {} });
  }

  #follow(decision: OpenDecision, reading: ReadWish): Promise<Response> | Response {
    const kept = this.#answer.find();
    if (decision.do === 'refuse') return this.#refusal(decision.error, reading.wish.seesProvider);
    if (decision.do !== 'attach' || kept === undefined) throw new Error('nothing to attach to');
    return this.#read(kept, reading, decision.afterId, false);
  }

  #read(kept: Kept, { wish, signal, caches, opened }: ReadWish, afterId: number, isFirst: boolean): Promise<Response> {
    const { log, run, record } = kept;
    const isReplay = log.ending !== null;
    const role = isReplay ? 'replayed' : isFirst ? 'started' : 'attached';
    return serve({
      ...{ log, wish: { ...wish, form: record.form }, alias: record.alias, afterId, signal },
      ...{ clock: this.#runs.clock, streamId: this.ctx.id.toString() },
      head: () => log.head ?? (wish.resume && log.ending === null ? (run?.admitted ?? null) : null),
      refused: () => (run?.isAlone ? 'alone' : undefined),
      role: () => role,
      madeFor: () => (isFirst || afterId > 0 ? 'own' : 'again'),
      keeps() {
        const keeps = caches && !isReplay && !kept.hasKeeper;
        kept.hasKeeper ||= keeps;
        return keeps;
      },
      notWhole: () => this.#runs.wire(NOT_WHOLE),
      record: this.#answer.recordFor(kept, opened, role),
      onLeave: run?.enter() ?? (() => {}),
    });
  }

  #refusal(error: StreamError, seesProvider: boolean): Response {
    return refusalReply({ ...this.#runs.wire(error), head: NO_ATTEMPT }, seesProvider, { role: 'refused' });
  }
}
