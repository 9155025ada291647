import type { Measured } from '../core/pricing/bill.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { StreamTranslator } from '../providers/adapter.ts';
import { AnswerSoFar, type Chunk } from './answer-so-far.ts';
import { CutOff } from './cut-stream.ts';
import { Pace } from './pace.ts';
import { readBehind } from './read-behind.ts';
import { Silence } from './silence.ts';
import type { StreamHelp, StreamLimits } from './stream-settings.ts';

/** After `[DONE]` only the end of the connection is to come, mostly in the same packet. */
const AFTER_DONE_MS = 250;
/** After an answer has failed, its usage may still come, mostly in the same packet. */
const AFTER_FAILURE_MS = 250;

/** What one read brought. */
export interface Batch {
  chunks: Chunk[];
  /** The network chunk that the last of them came in, and its text. */
  piece?: Piece | undefined;
  /** Set on the last batch; what is left to do is `drained()`. */
  end?: StreamEnd;
}

/** A network chunk as it came, and as text. */
export interface Piece {
  bytes: Uint8Array;
  /** Undefined: the bytes are the one chunk of this batch, and nothing else. */
  text: string | undefined;
}

/** How a stream ended. */
export type StreamEnd =
  | { kind: 'complete' }
  /** `interrupted`: the provider failed. `left`: the reader took too long. */
  | { kind: 'interrupted' | 'left'; failure: Failure };

/** A provider's event stream, read one network chunk at a time, under time limits. */
export class ProviderStream {
  /** The reader took longer than the whole answer may: nobody reads any more, whatever its connection says. */
  onSlowReader = () => this.cancel();
  /** When the last chunks came; 0 before the first. */
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
  /** The reader has left, and what it did not take is read behind it. */
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

  /** The provider is being waited for, and the reader is waiting with us. */
  get isWaiting(): boolean {
    return this.#pace.isWaiting;
  }

  /** Some content has come; true before the batch that holds it is returned. */
  get hasContent(): boolean {
    return this.#answer.hasContent;
  }

  /** How many events could not be read. Such an answer is marked with it, and given to nobody else. */
  get skippedEvents(): number {
    return this.#answer.lostEvents;
  }

  /** What to bill it by, as it stands: the usage, and what was made by now. */
  get measured(): Measured {
    return this.#answer.measured(this.#pace.isAhead || this.#pace.readerIsSlow);
  }

  /** Waits for the next chunks, or the end. Never rejects. Each chunk passes here, so it is no `async` function. */
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
    // A keep-alive is no content, so the provider is still silent; after an event that cannot be read it is not.
    if (answer.lostEvents > lostBefore) this.#pace.breakSilence();
    return this.#wait();
  };

  readonly #brokeOff = (reason: unknown): Batch => {
    this.#broke(reason);
    this.#stopWaiting();
    return this.#silence.expired ? this.#end(this.#timedOut(), false) : this.#closed(false);
  };

  /** Now the reader is waited for, not the provider; only the whole answer's limit goes on. */
  #stopWaiting(): void {
    this.#pace.give();
    if (!this.#released) this.#silence.until(this.#limits.endAt);
  }

  /** The connection has ended. */
  #closed(isCleanEnd: boolean): Batch {
    this.#answer.read(undefined);
    return this.#end(this.#answer.failure ?? this.#answer.cutShort(), isCleanEnd);
  }

  /** Reads the end behind `[DONE]`, if it comes soon: then the connection to the provider serves the next request too. */
  async drained(): Promise<void> {
    // After a slow reader has left, `readBehind` has the rest.
    if (this.#released || this.#isLeft) return;
    this.#silence.until(this.#clock.now() + AFTER_DONE_MS);
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The answer is whole; how its connection ends is no news.
    }
    this.cancel();
  }

  /** The reader has left. Lets the provider go, unless the reader was slow: then what it did not take is read first. */
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
    void readBehind({ reader: this.#reader, clock: this.#clock, take, letGo: () => this.#release() }).then((isAll) => {
      this.#pace.give();
      this.#pace.isAhead = !isAll;
      this.cancel();
      settle();
    });
  }

  /** Lets the provider go: it stops generating. Safe to call at any time, more than once. */
  cancel(): void {
    this.#silence.stop();
    this.#release();
  }

  /** What is known to have been made behind the break is counted, and not shown. */
  #broke(reason: unknown): void {
    if (!(reason instanceof CutOff)) return;
    this.#answer.fail(this.#answer.cutShort());
    this.#answer.read(reason.behind);
  }

  /** The usage of a failed answer is waited for a little. */
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
    // After `[DONE]`, `drained` reads on.
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
    // Also ends a pending read. A body that is broken already rejects; that is no news.
    this.#reader.cancel().catch(() => {});
  }
}
