import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import type { Measured } from '../core/pricing/bill.ts';
import type { Passed } from '../core/pricing/billed.ts';
import { FAILURE_SENTENCES, type Failure, type FailureKind } from '../core/routing/failure.ts';
import type { StreamStep, StreamTranslator } from '../providers/adapter.ts';
import { EventText } from './event-text.ts';
import { SamePiece } from './same-piece.ts';
import type { StreamHelp } from './stream-settings.ts';
import { Tally } from './tally.ts';

/** In characters. No event is this long: an image in base64 is a few million. */
const MOST_EVENT_LENGTH = 8_000_000;

/** A chunk of an answer, as the translator gives it. */
export type Chunk = Extract<StreamStep, { kind: 'chunk' }>;

/** What has come of a streamed answer: bytes in, chunks out. It knows no clock and no connection. */
export class AnswerSoFar {
  translator: StreamTranslator;
  /** Some content has come; set before the chunks that hold it are taken. */
  hasContent = false;
  /** Why there will be no whole answer. What comes afterwards is read for its usage alone. */
  failure: Failure | undefined;
  saidDone = false;
  /** As many choices as were asked for have their `finish_reason`. */
  isFinished = false;
  readonly #help: StreamHelp;
  readonly #decoder = new TextDecoder();
  readonly #text: EventText;
  readonly #tally = new Tally();
  readonly #same = new SamePiece();
  #chunks: Chunk[] = [];
  /** How far the answer was when it failed. */
  #atFailure: Pick<StreamTranslator, 'complete' | 'finishedAll' | 'surelyFinished'> | undefined;
  /** An event was lost before the sure end of the answer. */
  #mayLackText = false;
  /** Characters since the last whole event. */
  #unreadLength = 0;
  #sawEvent = false;
  #isOver = false;

  constructor(translator: StreamTranslator, help: StreamHelp) {
    this.translator = translator;
    this.#help = help;
    this.#text = new EventText(
      (name, data) => this.#onEvent(name, data),
      (line) => this.#lose(utf8Bytes(line)),
    );
  }

  /** How many events could not be read. Such an answer is marked with it, and given to nobody else. */
  get lostEvents(): number {
    return this.#tally.lostEvents;
  }

  /** The provider's last byte was read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Nothing that comes now would change what a failed answer is billed at. */
  get isBilled(): boolean {
    return this.saidDone || this.#isOver || this.#isTooLong || this.#atFailure?.surelyFinished === true;
  }

  get #isTooLong(): boolean {
    return this.#unreadLength > MOST_EVENT_LENGTH;
  }

  /**
   * Reads the next bytes; undefined: the connection has ended. Gives them as text; undefined where they need not be read as such,
   * because they are one chunk as it goes on.
   */
  read(piece: Uint8Array | undefined): string | undefined {
    if (piece !== undefined) {
      const same = this.#same.read(piece);
      if (same !== undefined) {
        this.#takeAll([same]);
        return undefined;
      }
      const text = this.#decoder.decode(piece, { stream: true });
      this.#unreadLength += text.length;
      this.#feed(text);
      this.#same.learn(piece, text, this.translator.pattern);
      return text;
    }
    this.#isOver = true;
    this.#feed('\n\n'); // an event without its closing blank line
    this.#readWhole();
    return '';
  }

  takeChunks(): Chunk[] {
    const chunks = this.#chunks;
    this.#chunks = [];
    return chunks;
  }

  /** What to bill it by as it stands. `isPartial`: the provider may have made more than was read. */
  measured(isPartial: boolean): Measured {
    const { finishedAll, complete } = this.translator;
    const isUnread = this.failure?.kind === 'malformed' && !this.isFinished;
    const made: Passed = {
      ...this.#tally.made(this.#unreadLength),
      isPartial: isPartial || isUnread,
      isWhole: finishedAll || (this.saidDone && complete),
    };
    return { usage: this.#tally.usage, isFinal: this.#tally.isFinal && (this.saidDone || finishedAll), made };
  }

  /** The first failure counts. */
  fail(failure: Failure): void {
    if (this.failure !== undefined) return;
    const { complete, finishedAll, surelyFinished } = this.translator;
    this.failure = failure;
    this.#atFailure = { complete, finishedAll, surelyFinished };
  }

  /**
   * Nothing more is read: undefined where the answer is whole, else why it is not. Whatever went wrong after a sure
   * `finish_reason`, the answer is whole. A provider may also answer fewer choices, and say that it is done.
   */
  conclude(failure: Failure, isCleanEnd: boolean): Failure | undefined {
    const { complete, finishedAll, surelyFinished } = this.#atFailure ?? this.translator;
    const saidDone = this.saidDone && this.#atFailure === undefined;
    const isFinished = surelyFinished || (saidDone ? complete : isCleanEnd && finishedAll);
    if (!isFinished) return failure;
    if (this.#lacksText()) return LOST;
    this.hasContent = true;
    return undefined;
  }

  /** Why an answer that ends here is not whole. */
  cutShort(): Failure {
    if (this.hasContent) return failed('cut', 'The provider’s answer ended before it was complete.');
    return failed(
      'malformed',
      this.#sawEvent ? 'The provider’s stream ended without an answer.' : 'The provider’s stream was empty.',
    );
  }

  #feed(text: string): void {
    try {
      if (this.#isTooLong) this.fail(failed('malformed', 'The provider sent an event without end.'));
      else this.#text.feed(text);
    } catch {
      // A translator should not throw; if one does, the answer fails by name and nothing else does.
      this.fail(failed('malformed', 'The provider sent something that could not be read.'));
    }
  }

  /** A provider that answered whole where a stream was asked for: the same answer, as events. */
  #readWhole(): void {
    const { json } = this.#text;
    if (json === undefined || this.failure !== undefined) return;
    const whole = this.#help.readWhole(json);
    if (!whole.ok) {
      this.#tally.usage = whole.usage;
      this.fail(whole.failure);
      return;
    }
    this.translator = whole.translator;
    this.#onEvent(undefined, '');
  }

  #onEvent(name: string | undefined, data: string): void {
    this.#sawEvent = true;
    this.#unreadLength = 0;
    this.#takeAll(this.translator.event(name, data));
  }

  #takeAll(steps: readonly StreamStep[]): void {
    this.#tally.note(this.translator, steps, this.translator.complete || this.saidDone);
    // Behind the end only a usage counts.
    if (this.saidDone) return;
    for (const step of steps) this.#take(step);
  }

  #take(step: StreamStep): void {
    switch (step.kind) {
      case 'chunk':
        this.#tally.passed.textBytes += step.textBytes;
        this.#pass(step);
        return;
      case 'unseen':
        this.#tally.passed.textBytes += step.textBytes;
        return;
      case 'lost':
        this.#lose(step.textBytes);
        return;
      case 'done':
        this.saidDone = true;
        this.#tally.done();
        return;
      case 'failure':
        this.fail(this.#help.present(step.failure));
    }
  }

  #pass(chunk: Chunk): void {
    this.#tally.passed.chunks++;
    if (this.#atFailure !== undefined) return;
    this.isFinished = chunk.finished;
    // More text after an event that was lost: it was no closing one.
    if (chunk.content && this.lostEvents > 0) this.#mayLackText = true;
    if (chunk.content || (chunk.finished && !this.#mayLackText)) this.hasContent = true;
    this.#chunks.push(chunk);
  }

  #lose(textBytes: number): void {
    // Behind a sure finish only the closing events can have been cut.
    if (this.#isOver && this.isFinished) return;
    this.#tally.lose(textBytes);
    this.#mayLackText ||= !this.isFinished;
  }

  /** An event that was lost may have been all of the answer, or a part that the usage does not know of. */
  #lacksText(): boolean {
    if (!this.#mayLackText) return false;
    const { usage, passed } = this.#tally;
    return !this.hasContent || usage === undefined || !this.#help.isPlausible(usage, passed);
  }
}

const failed = (kind: FailureKind, message: string): Failure => ({ kind, message, mayBeBilled: true });
const LOST = failed('lost', FAILURE_SENTENCES.lost);
