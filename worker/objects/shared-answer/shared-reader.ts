/** One stream's view of a shared answer. It knows how far it has come, so that the log can drop the events that all readers have taken. */
import type { AnswerEvent, Ending, Refusal } from '../../core/answers/stream/events.ts';
import type { ChangeListeners } from '../answers/change-listeners.ts';
import type { ServedLog } from '../answers/serve.ts';

/** What a reader needs from the log. */
interface ReadLog {
  readonly ending: Ending | null;
  readonly lastId: number;
  readonly completion: string | undefined;
  readonly changes: ChangeListeners;
  read(afterId: number): AnswerEvent[];
  /** Called when this reader has taken more. */
  onTaken(): void;
}

/** A reader of a `SharedLog`. */
export class SharedReader implements ServedLog {
  /** The id of the last event that has gone out. */
  takenId = 0;
  readonly close: () => void;
  readonly #log: ReadLog;
  readonly #onLeftBehind: () => void;
  #leftBehind: Ending | null = null;

  constructor(log: ReadLog, close: () => void, onLeftBehind: () => void) {
    this.#log = log;
    this.close = close;
    this.#onLeftBehind = onLeftBehind;
  }

  get ending(): Ending | null {
    return this.#leftBehind ?? this.#log.ending;
  }

  get lastId(): number {
    return this.#leftBehind === null ? this.#log.lastId : this.takenId;
  }

  get completion(): string | undefined {
    return this.#log.completion;
  }

  read(afterId: number): AnswerEvent[] {
    if (this.#leftBehind !== null) return [];
    this.takenId = afterId;
    this.#log.onTaken();
    return this.#log.read(afterId);
  }

  /** Ends this reader's stream with a named error, because it has kept all others waiting for too long. */
  leaveBehind(error: Refusal): void {
    this.#leftBehind = { kind: 'interrupted', error };
    this.#onLeftBehind();
    this.close();
  }

  listen(run: () => void): () => void {
    return this.#log.changes.listen(run);
  }

  until(isSo: () => boolean): Promise<void> {
    return this.#log.changes.until(isSo);
  }
}
