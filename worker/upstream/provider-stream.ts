import type { Measured } from '../core/pricing/bill.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { StreamTranslator } from '../providers/adapter.ts';
import { AnswerSoFar, type Chunk } from './answer-so-far.ts';
import { CutOff } from './cut-stream.ts';
import { Pace } from './pace.ts';
import { readUnread } from './read-unread.ts';
import { Silence } from './silence.ts';
import type { StreamHelp, StreamLimits } from './stream-settings.ts';

/** How long to wait after `[DONE]` for the end of the connection, which is mostly in the same packet. */
const AFTER_DONE_MS = 250;
/** How long to wait for the usage after an answer has failed. It is mostly in the same packet. */
const AFTER_FAILURE_MS = 250;

/** The result of one read. */
export interface Batch {
  chunks: Chunk[];
  /** The network chunk that held the last of them. */
  piece?: Piece | undefined;
  /** Set on the last batch. After it, call `drained()`. */
  end?: StreamEnd;
}

/** A network chunk as it arrived, and as text. */
export interface Piece {
  bytes: Uint8Array;
  /** Undefined if the bytes are exactly the one chunk of this batch. */
  text: string | undefined;
}

/** How a stream ended. */
export type StreamEnd =
  | { kind: 'complete' }
  /** `interrupted` means that the provider failed, and `left` that the reader took too long. */
  | { kind: 'interrupted' | 'left'; failure: Failure };

/** A provider's event stream, read one network chunk at a time, under time limits. */
export class ProviderStream {
  /** Called if the reader takes longer than the whole answer may. It then counts as gone, even if its connection is still open. */
  onSlowReader = () => this.cancel();
  /** When the last chunks arrived; 0 before the first. */
  cameAt = 0;
  /** Called before the last batch is returned. */
  onEnd: (end: StreamEnd) => void = () => {};
  readonly #answer: AnswerSoFar;
  readonly #pace: Pace;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #silence: Silence;
  readonly #clock: Clock;
  readonly #limits: StreamLimits;
  #slowReader = false;
  #released = false;
  /** True if the reader has left, and what it did not take is being read. */
  #isLeft = false;

  constructor(
    body: ReadableStream<Uint8Array>,
    translator: StreamTranslator,
    limits: StreamLimits,
    clock: Clock,
    help: StreamHelp,
  ) {
    this.#answer = new AnswerSoFar(translator, help);
    this.#pace = new Pace(clock, limits);
    this.#reader = body.getReader();
    this.#limits = limits;
    this.#clock = clock;
    this.#silence = new Silence(clock, () => this.#onTimeUp());
  }

  get translator(): StreamTranslator {
    return this.#answer.translator;
  }

  /** True while we, and the reader with us, wait for the provider. */
  get isWaiting(): boolean {
    return this.#pace.isWaiting;
  }

  /** True if some content has arrived, even before the batch that holds it is returned. */
  get hasContent(): boolean {
    return this.#answer.hasContent;
  }

  /** The number of events that could not be read. An answer that lacks some is marked with this number, and no later caller gets it. */
  get skippedEvents(): number {
    return this.#answer.lostEvents;
  }

  /** What the bill would be computed from now: the usage, and what has been made so far. */
  get measured(): Measured {
    return this.#answer.measured(this.#pace.isAhead || this.#pace.readerIsSlow);
  }

  /** Waits for the next chunks, or the end. Never rejects. It is not an `async` function, because that would cost time for each chunk. */
  read(): Promise<Batch> {
    if (this.#isLeft) return Promise.resolve({ chunks: [], end: { kind: 'left', failure: this.#timedOut() } });
    this.#pace.ask();
    return this.#wait();
  }

  #wait(): Promise<Batch> {
    this.#pace.isWaiting = true;
    this.#silence.until(this.#pace.deadline(this.#answer));
    return this.#reader.read().then(this.#came, this.#brokeOff);
  }

  readonly #came = ({ value: piece }: ReadableStreamReadResult<Uint8Array>): Batch | Promise<Batch> => {
    const answer = this.#answer;
    this.#stopWaiting();
    if (this.#silence.expired) return this.#end(this.#timedOut(), false);
    if (piece === undefined) return this.#closed(!this.#released);
    const lostBefore = answer.lostEvents;
    if (!answer.hasContent) this.#pace.hear();
    const text = answer.read(piece);
    if (answer.failure !== undefined) return this.#failed(answer.failure);
    if (answer.saidDone) return this.#end(answer.cutShort(), false);
    const chunks = answer.takeChunks();
    if (chunks.length > 0) {
      this.cameAt = this.#pace.gaveAt;
      return { chunks, piece: { bytes: piece, text } };
    }
    // A keep-alive is not content, so the provider still counts as silent. An event that cannot be read ends the silence.
    if (answer.lostEvents > lostBefore) this.#pace.breakSilence();
    return this.#wait();
  };

  readonly #brokeOff = (reason: unknown): Batch => {
    this.#countBehindCut(reason);
    this.#stopWaiting();
    return this.#silence.expired ? this.#end(this.#timedOut(), false) : this.#closed(false);
  };

  /** From now on we wait for the reader, not the provider. Only the time limit of the whole answer keeps running. */
  #stopWaiting(): void {
    this.#pace.give();
    if (!this.#released) this.#silence.until(this.#limits.endAt);
  }

  /** Called when the connection has ended. */
  #closed(isCleanEnd: boolean): Batch {
    this.#answer.read(undefined);
    return this.#end(this.#answer.failure ?? this.#answer.cutShort(), isCleanEnd);
  }

  /** Reads the end after `[DONE]` if it arrives soon. Then the connection to the provider can serve the next request too. */
  async drained(): Promise<void> {
    // After a slow reader has left, `readUnread` reads the rest.
    if (this.#released || this.#isLeft) return;
    this.#silence.until(this.#clock.now() + AFTER_DONE_MS);
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The answer is whole, so it does not matter how its connection ends.
    }
    this.cancel();
  }

  /** Called when the reader has left. Cancels the provider's stream. If the reader was slow, what it did not take is read first. */
  leave(settle: () => void): void {
    const isBehind = !this.#pace.isWaiting && (this.#pace.isAhead || this.#pace.readerIsSlow);
    if (!isBehind || this.#released) {
      this.cancel();
      settle();
      return;
    }
    this.#pace.isAhead = true;
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#silence.stop();
    const take = (piece: Uint8Array | undefined): boolean => {
      this.#answer.read(piece);
      return this.#answer.failure !== undefined || this.#answer.saidDone;
    };
    void readUnread({ reader: this.#reader, clock: this.#clock, take, letGo: () => this.#release() }).then((isAll) => {
      this.#pace.give();
      this.#pace.isAhead = !isAll;
      this.cancel();
      settle();
    });
  }

  /** Cancels the provider's stream, so that it stops generating. Safe to call at any time and more than once. */
  cancel(): void {
    this.#silence.stop();
    this.#release();
  }

  /** If a fault cut the stream, the part behind the cut is counted for the bill, but not shown. */
  #countBehindCut(reason: unknown): void {
    if (!(reason instanceof CutOff)) return;
    this.#answer.fail(this.#answer.cutShort());
    this.#answer.read(reason.behind);
  }

  /** Ends a failed answer. It first waits a short time for the usage. */
  async #failed(failure: Failure): Promise<Batch> {
    this.#pace.isWaiting = true;
    this.#silence.until(this.#clock.now() + AFTER_FAILURE_MS);
    while (!this.#answer.isBilled) {
      const next = await this.#reader.read().catch(() => undefined);
      this.#answer.read(next?.value);
    }
    this.#pace.isWaiting = false;
    return this.#end(failure, false);
  }

  #end(failure: Failure, isCleanEnd: boolean): Batch {
    const reason = this.#answer.conclude(failure, isCleanEnd);
    // After `[DONE]`, `drained` continues to read.
    if (reason !== undefined || !this.#answer.saidDone) this.cancel();
    const chunks = this.#answer.takeChunks();
    const end: StreamEnd =
      reason === undefined
        ? { kind: 'complete' }
        : { kind: this.#slowReader ? 'left' : 'interrupted', failure: reason };
    this.onEnd(end);
    return { chunks, end };
  }

  #onTimeUp(): void {
    this.#slowReader = !this.#pace.isWaiting;
    this.#pace.isAhead ||= this.#slowReader;
    if (this.#slowReader) this.onSlowReader();
    else this.#release();
  }

  #timedOut(): Failure {
    if (this.#clock.now() >= this.#limits.endAt) {
      return { kind: 'stalled', message: 'The answer took longer than maxStreamDuration.', mayBeBilled: true };
    }
    return this.hasContent
      ? { kind: 'stalled', message: 'The provider fell silent in the middle of its answer.', mayBeBilled: true }
      : { kind: 'slow', message: 'The provider sent no content in time.', mayBeBilled: true };
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    // This also ends a pending read. A body that is already broken rejects, which does not matter here.
    this.#reader.cancel().catch(() => {});
  }
}
