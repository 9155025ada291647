/** The events of a shared answer, only in memory. While they are few, all are kept, later only those that a reader still needs. */
import type { ChatChunk } from '../../../protocol/chat.ts';
import { StreamedCompletion } from '../../../protocol/completion-of-stream.ts';
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import type { AnswerEvent, Ending, Refusal, RunEvent } from '../../core/answers/stream/events.ts';
import { READER_STALL_MS, SHARED_BEHIND_BYTES, SHARED_IN_MEMORY_BYTES } from '../../core/answers/stream/limits.ts';
import { bytesOf } from '../../core/answers/stream/pages.ts';
import type { Clock } from '../../core/clock.ts';
import { ChangeListeners } from '../answers/change-listeners.ts';
import type { RunLog } from '../answers/run.ts';
import { SharedReader } from './shared-reader.ts';

/** What one run of a `SharedAnswer` has produced. Each stream reads it through a reader of its own. */
export class SharedLog implements RunLog {
  head: AnswerHead | null = null;
  ending: Ending | null = null;
  endedAt = Number.POSITIVE_INFINITY;
  lastId = 0;
  /** True if the answer has grown beyond what is kept. It can then no longer be read from the beginning. */
  hasOutgrownMemory = false;
  readonly changes = new ChangeListeners();
  readonly #clock: Clock;
  /** The error for a reader that was left behind. */
  readonly #tooSlow: () => Refusal;
  readonly #readers = new Set<SharedReader>();
  /** The content of the events that are no longer in memory, in a small part of their size. */
  readonly #streamed = new StreamedCompletion();
  #completion: string | undefined;
  #isPutTogether = false;
  #events: AnswerEvent[] = [];
  #bytes = 0;
  /** Checks whether the run that waits for room may go on. */
  #checkRoom = () => {};

  constructor(clock: Clock, tooSlow: () => Refusal) {
    this.#clock = clock;
    this.#tooSlow = tooSlow;
  }

  begin(head: AnswerHead): void {
    this.head = head;
    this.changes.notify();
  }

  async append(events: readonly RunEvent[]): Promise<void> {
    await this.#room();
    if (this.ending !== null) return;
    for (const event of events) {
      const kept = { ...event, id: ++this.lastId };
      this.#events.push(kept);
      this.#bytes += bytesOf(kept);
    }
    this.hasOutgrownMemory ||= this.#bytes > SHARED_IN_MEMORY_BYTES;
    this.changes.notify();
  }

  end(ending: Ending): void {
    if (this.ending !== null) return;
    this.ending = ending;
    this.endedAt = this.#clock.now();
    this.#checkRoom();
    this.changes.notify();
  }

  lose(ending: Ending): void {
    this.end(ending);
  }

  /** The answer as one JSON text. Undefined until it is complete, and if any of it is missing. */
  get completion(): string | undefined {
    if (this.ending?.kind !== 'complete' || this.ending.skippedEvents !== undefined) return undefined;
    if (!this.#isPutTogether) {
      this.#isPutTogether = true;
      for (const event of this.#events) this.#putTogether(event);
      const whole = this.#completion === undefined ? this.#streamed.whole() : undefined;
      if (whole !== undefined) this.#completion = JSON.stringify(whole);
    }
    return this.#completion;
  }

  /**
   * A reader from the beginning, which must be closed. `onLeftBehind` is called if it was too slow. A reader that waits for the whole
   * answer needs no events.
   */
  reader(isStream: boolean, onLeftBehind: () => void): SharedReader {
    const close = () => {
      this.#readers.delete(reader);
      this.#checkRoom();
    };
    const reader = new SharedReader(this, close, onLeftBehind);
    if (isStream) this.#readers.add(reader);
    return reader;
  }

  /** Events after this one. */
  read(afterId: number): AnswerEvent[] {
    return this.#events.slice(afterId + this.#events.length - this.lastId);
  }

  /** Called when a reader has taken more. */
  onTaken(): void {
    this.#checkRoom();
  }

  /** Waits while a reader is too far behind. A reader that stays too far behind for long is left behind. */
  #room(): Promise<void> | void {
    if (this.ending !== null || this.#hasRoom()) return;
    return new Promise((resolve) => {
      const goOn = () => {
        this.#checkRoom = () => {};
        cancel();
        resolve();
      };
      this.#checkRoom = () => {
        if (this.ending !== null || this.#hasRoom()) goOn();
      };
      const cancel = this.#clock.after(READER_STALL_MS, () => {
        const firstId = this.lastId - this.#events.length + 1;
        for (const reader of this.#readers) if (reader.takenId < firstId) reader.leaveBehind(this.#tooSlow());
        this.changes.notify();
        goOn();
      });
    });
  }

  #hasRoom(): boolean {
    this.#trim();
    return this.#bytes <= SHARED_BEHIND_BYTES;
  }

  /** Drops the events that every reader has taken, once no new reader can join. */
  #trim(): void {
    if (!this.hasOutgrownMemory) return;
    let takenId = this.lastId;
    for (const reader of this.#readers) takenId = Math.min(takenId, reader.takenId);
    const firstId = this.lastId - this.#events.length + 1;
    for (const event of this.#events.splice(0, takenId - firstId + 1)) {
      this.#bytes -= bytesOf(event);
      this.#putTogether(event);
    }
  }

  #putTogether({ kind, data }: AnswerEvent): void {
    if (kind === 'completion') this.#completion = data;
    else this.#streamed.add(JSON.parse(data) as ChatChunk);
  }
}
