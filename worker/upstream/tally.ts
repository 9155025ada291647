import type { Usage } from '../../protocol/chat.ts';
import type { SeenAnswer } from '../core/pricing/billed.ts';
import type { StreamStep, StreamTranslator } from '../providers/adapter.ts';

/** What a streamed answer is billed by: how much of it was made, and the usage that its provider reports. */
export class Tally {
  /** The last usage that the provider reported. */
  usage: Usage | undefined;
  /** The number of events that could not be read and may have held part of the answer. */
  lostEvents = 0;
  /** Everything read so far, shown or not. At most as many tokens were generated for it as these two numbers together. */
  readonly passed = { textBytes: 0, chunks: 0 };
  #lostBytes = 0;
  /** True if the usage arrived with the last `finish_reason` or later. An earlier usage is not a total. */
  #isFinal = false;
  /** True if nothing was generated after the usage arrived. */
  #isLast = false;

  /** True if the usage is a total. */
  get isFinal(): boolean {
    return this.#isFinal;
  }

  /** Looks at the usage after an event. `isOver` is true if the provider has said that it is done, or every choice is finished. */
  note({ usage, surelyFinished }: StreamTranslator, steps: readonly StreamStep[], isOver: boolean): void {
    if (usage !== this.usage) {
      this.usage = usage;
      this.#isFinal = isOver;
      this.#isLast = true;
    } else if (!surelyFinished && steps.some((step) => stepBytes(step) > 0)) {
      this.#isFinal = false;
      this.#isLast = false;
    }
  }

  /** Called when the provider says that it is done. If nothing came after the usage, it is the total, even without a `finish_reason`. */
  done(): void {
    this.#isFinal ||= this.#isLast;
  }

  lose(textBytes: number): void {
    this.lostEvents++;
    this.#lostBytes += textBytes;
  }

  /** What was made so far. `unread` is the number of characters of an event whose end has not arrived. */
  made(unread: number): Pick<SeenAnswer, 'textBytes' | 'chunks' | 'unreadBytes'> {
    const { textBytes, chunks } = this.passed;
    // A final usage includes what was lost. Without one, the length of the lost events counts, although most of it is not text.
    const lostBytes = this.#isFinal ? 0 : this.#lostBytes;
    return { textBytes, chunks: chunks + this.lostEvents, unreadBytes: lostBytes + unread * MOST_BYTES_PER_UNIT };
  }
}

/** UTF-8 has at most three bytes for each unit of a string. */
const MOST_BYTES_PER_UNIT = 3;

/** Bytes of UTF-8 that the model generated for this step. */
export const stepBytes = (step: StreamStep): number =>
  step.kind === 'done' || step.kind === 'failure' ? 0 : step.textBytes;
