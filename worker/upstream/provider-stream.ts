import type { Usage } from '../../protocol/chat.ts';
import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import type { Measured } from '../core/pricing/bill.ts';
import type { Passed } from '../core/pricing/billed.ts';
import { FAILURE_SENTENCES, type Failure, type FailureKind } from '../core/routing/failure.ts';
import type { Clock } from '../ports.ts';
import type { StreamStep, StreamTranslator } from '../providers/adapter.ts';
import { CutOff } from './cut-stream.ts';
import { EventText } from './event-text.ts';
import { readBehind } from './read-behind.ts';
import { Silence } from './silence.ts';
import { HEARTBEAT_GAP_MS, HEARTBEATS, type StreamHelp, type StreamLimits } from './stream-settings.ts';

/** An answer is complete once its `finish_reason` came; what follows (usage, `[DONE]`) is waited for so long (docs/contract.md "Streams and completeness"). */
const AFTER_FINISH_MS = 2_000;
/** After `[DONE]` only the end of the connection is to come, mostly in the same packet. */
const AFTER_DONE_MS = 250;
/** After an answer has failed, what it is billed at may still come, mostly in the same packet. */
const AFTER_FAILURE_MS = 250;
/** In characters. No event is so long: an image in base64 is a few million. */
const MOST_EVENT_LENGTH = 8_000_000;

/** A reader that takes longer to ask for more leaves room for hundreds of tokens between the provider and us. */
const SLOW_READER_MS = 250;

export type Chunk = Extract<StreamStep, { kind: 'chunk' }>;

export interface Batch {
  chunks: Chunk[];
  /** Set on the last batch; what is left to do is `drained()`. */
  end?:
    | { kind: 'complete' }
    /** `interrupted`: the provider failed. `left`: the reader took too long. */
    | { kind: 'interrupted' | 'left'; failure: Failure };
}

/** A provider's event stream, read one network chunk at a time: bytes → events → chunks, under time limits. */
export class ProviderStream {
  translator: StreamTranslator;
  /** The reader took longer than the whole answer may: nobody reads any more, whatever its connection says. */
  onSlowReader = () => this.cancel();
  /** Some content has come; set before the batch that holds it is returned. */
  hasContent = false;
  /** What was read so far, handed on or not: together at least as many as the tokens that were generated for it. */
  readonly #passed = { textBytes: 0, chunks: 0 };
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #text: EventText;
  readonly #silence: Silence;
  readonly #clock: Clock;
  readonly #help: StreamHelp;
  readonly #limits: StreamLimits;
  #chunks: Chunk[] = [];
  #failure: Failure | undefined;
  /** How far the answer was when it failed; what comes later is read for its usage alone. */
  #atFailure: Pick<StreamTranslator, 'complete' | 'finishedAll' | 'surelyFinished'> | undefined;
  #saidDone = false;
  /** As many choices as were asked for have their `finish_reason`. */
  #finished = false;
  /** When the reader last asked for more, and when it was last given some. */
  #askedAt = 0;
  #gaveAt: number;
  /** A slow reader let it make more than we have read, and nothing has had to be waited for since. */
  #isAhead = false;
  /** The usage last seen, and whether it came with the last `finish_reason` or later: before, it is no total. */
  #usage: Usage | undefined;
  #usageIsFinal = false;
  /** Nothing was generated since. */
  #usageIsLast = false;
  /** When content last came, or was asked for. */
  #silentSince = 0;
  /** Before the content: when the provider was last heard, and how often after a while. */
  #heardAt: number;
  #heartbeats = 0;
  /** Events that may have held part of the answer and could not be read, and how long they were. */
  #lost = 0;
  #lostBytes = 0;
  /** One of them came before the answer's sure end. */
  #mayLackText = false;
  /** Since the last whole event. */
  #unreadLength = 0;
  /** The provider is waited for, not the reader. */
  #waiting = false;
  #slowReader = false;
  #sawEvent = false;
  /** The provider's last byte was read. */
  #isOver = false;
  #released = false;
  /** What the reader did not take is read behind it. */
  #isLeft = false;

  constructor(
    body: ReadableStream<Uint8Array>,
    translator: StreamTranslator,
    limits: StreamLimits,
    clock: Clock,
    help: StreamHelp,
  ) {
    this.translator = translator;
    this.#help = help;
    this.#reader = body.getReader();
    this.#limits = limits;
    this.#clock = clock;
    this.#gaveAt = clock.now();
    this.#heardAt = this.#gaveAt;
    this.#silence = new Silence(clock, () => {
      this.#slowReader = !this.#waiting;
      this.#isAhead ||= this.#slowReader;
      if (this.#slowReader) this.onSlowReader();
      else this.#release();
    });
    this.#text = new EventText(
      (name, data) => this.#onEvent(name, data),
      (line) => this.#lose(utf8Bytes(line)),
    );
  }

  /** How many events could not be read; the answer is marked with it, and given to nobody else. */
  get skippedEvents(): number {
    return this.#lost;
  }

  /** What to bill it by, as it stands: the usage, and what was made by now. */
  get measured(): Measured {
    return {
      usage: this.#usage,
      isFinal: this.#usageIsFinal && (this.#saidDone || this.translator.finishedAll),
      made: this.#made(),
    };
  }

  /** What was read, and what of it could not be read yet. */
  #made(): Passed {
    const readerIsSlow = !this.#waiting && this.#clock.now() - this.#gaveAt > SLOW_READER_MS;
    const isUnread = this.#failure?.kind === 'malformed' && !this.#finished;
    const { textBytes, chunks } = this.#passed;
    const { finishedAll, complete } = this.translator;
    // A final usage knows what was lost; it is not to be judged by the length of events, most of which is no text.
    const lostBytes = this.#usageIsFinal ? 0 : this.#lostBytes;
    return {
      textBytes,
      chunks: chunks + this.#lost,
      // Three bytes of UTF-8 for each unit.
      unreadBytes: lostBytes + this.#unreadLength * 3,
      isPartial: this.#isAhead || readerIsSlow || isUnread,
      isWhole: finishedAll || (this.#saidDone && complete),
    };
  }

  /** Waits for the next chunks, a sign of life, or the end. Never rejects. */
  async read(): Promise<Batch> {
    if (this.#isLeft) return { chunks: [], end: { kind: 'left', failure: this.#timedOut() } };
    this.#askedAt = this.#clock.now();
    if (this.#askedAt - this.#gaveAt > SLOW_READER_MS) this.#isAhead = true;
    // The time until the reader asked for more was not the provider's silence.
    this.#silentSince = this.#askedAt;
    for (;;) {
      this.#waiting = true;
      this.#silence.until(this.#deadline());
      // Undefined: the connection broke.
      const piece = await this.#reader.read().catch((reason: unknown) => this.#broke(reason));
      // Now the reader is waited for, not the provider; only the whole answer's limit goes on.
      this.#waiting = false;
      const waitedFrom = Math.max(this.#askedAt, this.#gaveAt);
      this.#gaveAt = this.#clock.now();
      // The clock stands still while nothing is waited for: then this was there already.
      if (this.#gaveAt > waitedFrom) this.#isAhead = false;
      if (!this.#released) this.#silence.until(this.#limits.endAt);
      if (this.#silence.expired) return this.#end(this.#timedOut(), false);
      if (piece === undefined || piece.done) {
        this.#isOver = true;
        this.#feed('\n\n'); // an event without its closing blank line
        this.#readWhole();
        return this.#end(this.#failure ?? this.#cutShort(), piece !== undefined && !this.#released);
      }
      const lostBefore = this.#lost;
      if (!this.hasContent) this.#hear();
      this.#feed(this.#decoder.decode(piece.value, { stream: true }));
      if (this.#failure !== undefined) return this.#failed(this.#failure);
      if (this.#saidDone) return this.#end(this.#cutShort(), false);
      if (this.#chunks.length > 0) return { chunks: this.#take() };
      // A keep-alive is no content, so the provider is still silent; after an event that cannot be read it is not.
      if (this.#lost > lostBefore) this.#silentSince = this.#gaveAt;
    }
  }

  /** Reads the end behind `[DONE]`, if it comes soon: then the connection to the provider serves the next request too. */
  async drained(): Promise<void> {
    if (this.#released) return;
    this.#silence.until(this.#clock.now() + AFTER_DONE_MS);
    try {
      while (!(await this.#reader.read()).done);
    } catch {
      // The answer is whole; how its connection ends is no news.
    }
    this.cancel();
  }

  /** The reader has left. Lets the provider go, at once where the reader was not slow; then what was made is known. */
  leave(settle: () => void): void {
    const isBehind = !this.#waiting && (this.#isAhead || this.#clock.now() - this.#gaveAt > SLOW_READER_MS);
    if (!isBehind || this.#released) {
      this.cancel();
      settle();
      return;
    }
    this.#isAhead = true;
    if (this.#isLeft) return;
    this.#isLeft = true;
    this.#silence.stop();
    const take = (piece: Uint8Array | undefined): boolean => {
      this.#isOver = piece === undefined;
      this.#feed(piece === undefined ? '\n\n' : this.#decoder.decode(piece, { stream: true }));
      return this.#failure !== undefined || this.#saidDone;
    };
    void readBehind({ reader: this.#reader, clock: this.#clock, take, letGo: () => this.#release() }).then((isAll) => {
      this.#isAhead = !isAll;
      this.#gaveAt = this.#clock.now();
      this.cancel();
      settle();
    });
  }

  /** Lets the provider go: it stops generating. Safe to call at any time, more than once. */
  cancel(): void {
    this.#silence.stop();
    this.#release();
  }

  #feed(text: string): void {
    if (!this.#isOver) this.#unreadLength += text.length;
    if (this.#unreadLength > MOST_EVENT_LENGTH) {
      this.#fail(malformed('The provider sent an event without end.'));
      return;
    }
    try {
      this.#text.feed(text);
    } catch {
      // A translator should not throw; if one does, the answer fails by name and nothing else does.
      this.#fail(malformed('The provider sent something that could not be read.'));
    }
  }

  /** A provider that answered whole where a stream was asked for: the same answer, as events. */
  #readWhole(): void {
    const { json } = this.#text;
    if (json === undefined || this.#failure !== undefined) return;
    const whole = this.#help.readWhole(json);
    if ('failure' in whole) {
      this.#usage = whole.usage;
      this.#fail(whole.failure);
      return;
    }
    this.translator = whole;
    this.#onEvent(undefined, '');
  }

  #deadline(): number {
    const { quietUntil, firstContentAt, idleTimeoutMs, endAt } = this.#limits;
    if (this.#finished) return Math.min(this.#askedAt + AFTER_FINISH_MS, endAt);
    if (!this.hasContent) {
      const aliveUntil = this.#heartbeats < HEARTBEATS ? firstContentAt : this.#heardAt + idleTimeoutMs;
      return Math.min(Math.max(aliveUntil, quietUntil), firstContentAt, endAt);
    }
    return Math.min(this.#silentSince + idleTimeoutMs, endAt);
  }

  #hear(): void {
    const now = this.#clock.now();
    if (now - this.#heardAt >= HEARTBEAT_GAP_MS) this.#heartbeats++;
    this.#heardAt = now;
  }

  #onEvent(name: string | undefined, data: string): void {
    this.#sawEvent = true;
    this.#unreadLength = 0;
    const steps = this.translator.event(name, data);
    if (this.translator.usage !== this.#usage) {
      this.#usage = this.translator.usage;
      this.#usageIsFinal = this.translator.complete || this.#saidDone;
      this.#usageIsLast = true;
    } else if (!this.translator.surelyFinished && steps.some((step) => 'textBytes' in step && step.textBytes > 0)) {
      this.#usageIsFinal = false;
      this.#usageIsLast = false;
    }
    // Behind the end only a usage counts.
    if (this.#saidDone) return;
    for (const step of steps) {
      if (step.kind === 'lost') this.#lose(step.textBytes);
      else if (step.kind === 'chunk' || step.kind === 'unseen') {
        this.#passed.textBytes += step.textBytes;
        if (step.kind === 'chunk') this.#pass(step);
      } else if (step.kind === 'done') {
        this.#saidDone = true;
        // Also of an answer that has no finish: what was told last is the bill once the provider says that it is done.
        this.#usageIsFinal ||= this.#usageIsLast;
      } else this.#fail(this.#help.present(step.failure));
    }
  }

  #pass(chunk: Chunk): void {
    this.#passed.chunks++;
    if (this.#atFailure !== undefined) return;
    this.#finished = chunk.finished;
    // More text after an event that was lost: it was no closing one.
    if (chunk.content && this.#lost > 0) this.#mayLackText = true;
    if (chunk.content || (chunk.finished && !this.#mayLackText)) this.hasContent = true;
    this.#chunks.push(chunk);
  }

  /** The first one counts. */
  #fail(failure: Failure): void {
    if (this.#failure !== undefined) return;
    const { complete, finishedAll, surelyFinished } = this.translator;
    this.#failure = failure;
    this.#atFailure = { complete, finishedAll, surelyFinished };
  }

  /** What is known to have been made behind the break is counted, and not shown. */
  #broke(reason: unknown): undefined {
    if (!(reason instanceof CutOff)) return;
    this.#fail(this.#cutShort());
    this.#feed(this.#decoder.decode(reason.behind, { stream: true }));
  }

  /** What the failed answer is billed at is waited for a little. */
  async #failed(failure: Failure): Promise<Batch> {
    this.#waiting = true;
    this.#silence.until(this.#clock.now() + AFTER_FAILURE_MS);
    const isEnough = () => this.#saidDone || this.#isOver || this.#unreadLength > MOST_EVENT_LENGTH;
    while (!isEnough() && !this.#atFailure?.surelyFinished) {
      const { value } = (await this.#reader.read().catch(() => undefined)) ?? {};
      this.#isOver = value === undefined;
      this.#feed(value === undefined ? '\n\n' : this.#decoder.decode(value, { stream: true }));
    }
    this.#waiting = false;
    return this.#end(failure, false);
  }

  #lose(textBytes: number): void {
    // Behind a sure finish only the closing events can have been cut.
    if (this.#isOver && this.#finished) return;
    this.#lost++;
    this.#mayLackText ||= !this.#finished;
    this.#lostBytes += textBytes;
  }

  /** Whatever went wrong after a sure `finish_reason`, the answer is whole; a provider may also answer fewer choices, and say so. */
  #end(failure: Failure, isCleanEnd: boolean): Batch {
    const { complete: seenAll, finishedAll, surelyFinished } = this.#atFailure ?? this.translator;
    const saidDone = this.#saidDone && this.#atFailure === undefined;
    const isFinished = surelyFinished || (saidDone ? seenAll : isCleanEnd && finishedAll);
    const complete = isFinished && !this.#lacksText();
    if (complete) this.hasContent = true;
    if (!(this.#saidDone && complete)) this.cancel();
    const chunks = this.#take();
    if (complete) return { chunks, end: { kind: 'complete' } };
    return { chunks, end: { kind: this.#slowReader ? 'left' : 'interrupted', failure: isFinished ? LOST : failure } };
  }

  /** An event that was lost may have been all of the answer, or a part that the usage does not know of. */
  #lacksText(): boolean {
    if (!this.#mayLackText) return false;
    if (!this.hasContent || this.#usage === undefined) return true;
    return !this.#help.isPlausible(this.#usage, this.#passed);
  }

  #take(): Chunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  #timedOut(): Failure {
    if (this.#clock.now() >= this.#limits.endAt) {
      return failed('stalled', 'The answer took longer than maxStreamDuration.', true);
    }
    if (this.hasContent) return failed('stalled', 'The provider fell silent in the middle of its answer.', true);
    return failed('slow', 'The provider sent no content in time.', true);
  }

  #cutShort(): Failure {
    if (this.hasContent) return failed('cut', 'The provider’s answer ended before it was complete.', true);
    return this.#sawEvent
      ? malformed('The provider’s stream ended without an answer.')
      : malformed('The provider’s stream was empty.');
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    // Also ends a pending read. A body that is broken already rejects; that is no news.
    this.#reader.cancel().catch(() => {});
  }
}

const LOST: Failure = { kind: 'lost', message: FAILURE_SENTENCES.lost, mayBeBilled: true };
const failed = (kind: FailureKind, message: string, mayBeBilled: boolean): Failure => ({ kind, message, mayBeBilled });
const malformed = (message: string): Failure => failed('malformed', message, true);
