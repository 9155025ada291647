/** Reads an answer that has begun for one sink: a client's response, or the log of an `AnswerStream`. */
import type { Measured } from '../core/pricing/bill.ts';
import type { Ending } from '../pipeline/meter.ts';
import type { BegunAnswer } from './attempt-input.ts';
import type { Batch, ProviderStream, StreamEnd } from './provider-stream.ts';

/** A stream that has begun, and what to do when it is over. */
export interface SourceInput {
  answer: Extract<BegunAnswer, { kind: 'stream' }>;
  /** Aborts when the reader leaves. */
  gone: AbortSignal | undefined;
  /** Books the answer. Called once. */
  settle(ending: Ending, measured: Measured): void;
}

/** Decides when a stream is settled, and with which ending. Its sink takes batches, and calls `leave` when it wants no more. */
export class AnswerSource {
  readonly stream: ProviderStream;
  readonly #settle: SourceInput['settle'];
  readonly #gone: AbortSignal | undefined;
  #opening: Batch | undefined;
  #isLeft = false;
  #isSettled = false;

  constructor({ answer: { opening, ended, stream }, gone, settle }: SourceInput) {
    this.stream = stream;
    this.#settle = settle;
    this.#gone = gone;
    this.#opening = ended ? { chunks: opening, end: { kind: 'complete' } } : { chunks: opening };
    stream.onSlowReader = this.leave;
    stream.onEnd = this.#ended;
    gone?.addEventListener('abort', this.leave);
    if (gone?.aborted) this.leave(); // the event is not sent again
  }

  /** True while we, and the reader with us, wait for the provider. */
  get isWaiting(): boolean {
    return this.stream.isWaiting;
  }

  /** True if the sink wants no more. */
  get isLeft(): boolean {
    return this.#isLeft;
  }

  /** Returns what was read before the answer began, then each batch as it arrives. Never rejects. It settles before it returns the end. */
  next(): Promise<Batch> {
    const opening = this.#opening;
    if (opening === undefined) return this.stream.read();
    this.#opening = undefined;
    if (opening.end !== undefined) this.#ended(opening.end);
    return Promise.resolve(opening);
  }

  readonly #ended = (end: StreamEnd): void => {
    // The rest of a slow reader's answer may still be being read. Then the end of that read settles the stream.
    if (!this.#isLeft) this.#settleOnce(end.kind === 'interrupted' ? end.failure.kind : end.kind);
  };

  /** Called when the sink wants no more. The provider stops, and what it has made by then is settled. Safe to call more than once. */
  readonly leave = (): void => {
    this.#isLeft = true;
    this.stream.leave(() => this.#settleOnce('left'));
  };

  /** Called after a complete answer. Reads the connection to the provider to its end, so that it can serve the next request. */
  drained(): Promise<void> {
    return this.stream.drained();
  }

  #settleOnce(ending: Ending): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#gone?.removeEventListener('abort', this.leave);
    this.#settle(ending, this.stream.measured);
  }
}
