import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import type { Measured } from '../core/pricing/bill.ts';
import type { SeenAnswer } from '../core/pricing/billed.ts';
import { FAILURE_SENTENCES, type Failure, type FailureKind } from '../core/routing/failure.ts';
import type { StreamStep, StreamTranslator } from '../providers/adapter.ts';
import { EventText } from './event-text.ts';
import { SamePiece } from './same-piece.ts';
import type { StreamHelp } from './stream-settings.ts';
import { Tally } from './tally.ts';

/** The longest event, in characters. Real events are shorter: an image in base64 has a few million. */
const MOST_EVENT_LENGTH = 8_000_000;

/** A chunk of an answer, as the translator makes it. */
export type Chunk = Extract<StreamStep, { kind: 'chunk' }>;

/** The part of a streamed answer that has arrived: bytes in, chunks out. It has no clock and no connection. */
export class AnswerSoFar {
  translator: StreamTranslator;
  /** True if some content has arrived. It is set before the chunks that hold the content are taken. */
  hasContent = false;
  /** Why there will be no whole answer. What arrives afterwards is read only for its usage. */
  failure: Failure | undefined;
  saidDone = false;
  /** True if as many choices as were asked for have their `finish_reason`. */
  isFinished = false;
  readonly #help: StreamHelp;
  readonly #decoder = new TextDecoder();
  readonly #text: EventText;
  readonly #tally = new Tally();
  readonly #same = new SamePiece();
  #chunks: Chunk[] = [];
  /** The state of the answer when it failed. */
  #atFailure: Pick<StreamTranslator, 'complete' | 'finishedAll' | 'surelyFinished'> | undefined;
  /** True if an event was lost before the certain end of the answer. */
  #mayLackText = false;
  /** The number of characters since the last whole event. */
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

  /** The number of events that could not be read. An answer that lacks some is marked with this number, and no later caller gets it. */
  get lostEvents(): number {
    return this.#tally.lostEvents;
  }

  /** True if the provider's last byte was read. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** True if nothing that can still arrive would change the bill of a failed answer. */
  get isBilled(): boolean {
    return this.saidDone || this.#isOver || this.#isTooLong || this.#atFailure?.surelyFinished === true;
  }

  get #isTooLong(): boolean {
    return this.#unreadLength > MOST_EVENT_LENGTH;
  }

  /**
   * Reads the next bytes, or undefined when the connection has ended. Returns them as text, or undefined if they need not be decoded,
   * because they are one chunk that can be passed on as it is.
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

  /** What the bill would be computed from now. `isPartial` means that the provider may have made more than was read. */
  measured(isPartial: boolean): Measured {
    const { finishedAll, complete } = this.translator;
    const isUnread = this.failure?.kind === 'malformed' && !this.isFinished;
    const made: SeenAnswer = {
      ...this.#tally.made(this.#unreadLength),
      isPartial: isPartial || isUnread,
      isWhole: finishedAll || (this.saidDone && complete),
    };
    return { usage: this.#tally.usage, isFinal: this.#tally.isFinal && (this.saidDone || finishedAll), made };
  }

  /** Records a failure. Only the first one counts. */
  fail(failure: Failure): void {
    if (this.failure !== undefined) return;
    const { complete, finishedAll, surelyFinished } = this.translator;
    this.failure = failure;
    this.#atFailure = { complete, finishedAll, surelyFinished };
  }

  /**
   * Called when nothing more is read. Returns undefined if the answer is whole, otherwise why it is not. After a certain `finish_reason`
   * the answer is whole, whatever goes wrong later. A provider may also answer fewer choices and then say that it is done.
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

  /** The failure of an answer that ends here without being whole. */
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
      // A translator should not throw. If one does, only this answer fails, with a named error.
      this.fail(failed('malformed', 'The provider sent something that could not be read.'));
    }
  }

  /** Reads an answer that the provider sent in one piece instead of as a stream, and turns it into events. */
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
    // After the end only a usage counts.
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
    // More text follows the lost event, so that was not a closing one.
    if (chunk.content && this.lostEvents > 0) this.#mayLackText = true;
    if (chunk.content || (chunk.finished && !this.#mayLackText)) this.hasContent = true;
    this.#chunks.push(chunk);
  }

  #lose(textBytes: number): void {
    // After a certain finish only the closing events can have been cut.
    if (this.#isOver && this.isFinished) return;
    this.#tally.lose(textBytes);
    this.#mayLackText ||= !this.isFinished;
  }

  /** True if a lost event may have held the whole answer, or a part that the usage does not count. */
  #lacksText(): boolean {
    if (!this.#mayLackText) return false;
    const { usage, passed } = this.#tally;
    return !this.hasContent || usage === undefined || !this.#help.isPlausible(usage, passed);
  }
}

const failed = (kind: FailureKind, message: string): Failure => ({ kind, message, mayBeBilled: true });
const LOST = failed('lost', FAILURE_SENTENCES.lost);
