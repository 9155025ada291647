import type { Usage } from '../../protocol/chat.ts';
import type { Passed } from '../core/pricing/billed.ts';
import type { StreamStep, StreamTranslator } from '../providers/adapter.ts';

/** How much of a streamed answer was made, and what its provider says that it used: what the answer is billed by. */
export class Tally {
  /** The usage seen last. */
  usage: Usage | undefined;
  /** Events that could not be read and may have held part of the answer. */
  lostEvents = 0;
  /** Everything read so far, handed on or not: no more tokens were generated for it than these two numbers together. */
  readonly passed = { textBytes: 0, chunks: 0 };
  #lostBytes = 0;
  /** The usage came with the last `finish_reason` or later. One that came before is no total. */
  #isFinal = false;
  /** Nothing was generated since the usage came. */
  #isLast = false;

  /** The usage is a total. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** Looks at the usage after an event. `isOver`: the provider has said that it is done, or every choice is finished. */
  note({ usage, surelyFinished }: StreamTranslator, steps: readonly StreamStep[], isOver: boolean): void {
    if (usage !== this.usage) {
      this.usage = usage;
      this.#isFinal = isOver;
      this.#isLast = true;
    } else if (!surelyFinished && steps.some((step) => generatedBytes(step) > 0)) {
      this.#isFinal = false;
      this.#isLast = false;
    }
  }

  /** The provider says that it is done. A usage that was the last word until then is the bill, even without a `finish_reason`. */
  done(): void {
    this.#isFinal ||= this.#isLast;
  }

  lose(textBytes: number): void {
    this.lostEvents++;
    this.#lostBytes += textBytes;
  }

  /** `unread`: characters of an event whose end has not come. */
  made(unread: number): Pick<Passed, 'textBytes' | 'chunks' | 'unreadBytes'> {
    const { textBytes, chunks } = this.passed;
    // A final usage counts what was lost. Without it, the length of the lost events is counted, though most of it is no text.
    const lostBytes = this.#isFinal ? 0 : this.#lostBytes;
    return { textBytes, chunks: chunks + this.lostEvents, unreadBytes: lostBytes + unread * MOST_BYTES_PER_UNIT };
  }
}

/** UTF-8 has at most three bytes for each unit of a string. */
const MOST_BYTES_PER_UNIT = 3;

/** Bytes of UTF-8 that the model generated for this step. */
export const generatedBytes = (step: StreamStep): number =>
  step.kind === 'done' || step.kind === 'failure' ? 0 : step.textBytes;
