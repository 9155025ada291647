/** How far one reader of an answer has come, and what it gets next. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { fieldFor, type MadeFor, withCarryon } from '../../core/answers/carryon-field.ts';
import {
  type AnswerEvent,
  dataFor,
  type Ending,
  endingText,
  eventFor,
  isSentTo,
  type RunEvent,
  sseText,
} from '../../core/answers/stream/events.ts';
import type { ReaderOptions } from '../../core/answers/stream/reader-options.ts';

/** The events of an answer as a reader sees them. */
export interface ReadableLog {
  readonly ending: Ending | null;
  /** The id of the last event so far. The ending has the next id. */
  readonly lastId: number;
  /** Some or all events after this one. Empty if there are none yet, or no more. */
  read(afterId: number): AnswerEvent[];
  /** Calls `run` after every change, until the returned function is called. */
  listen(run: () => void): () => void;
}

/** Turns the events of a log into the text of one reader's stream. */
export class Cursor {
  isOver = false;
  readonly #log: ReadableLog;
  readonly #wish: ReaderOptions;
  readonly #alias: string;
  readonly #madeFor: MadeFor;
  #afterId: number;
  /** The last id that the reader has seen of a completion's chunks. They have ids of their own, the same ones each time. */
  readonly #seenOfChunks: number;
  #moreIds = 0;

  constructor(log: ReadableLog, wish: ReaderOptions, alias: string, afterId: number, madeFor: MadeFor) {
    this.#log = log;
    this.#madeFor = madeFor;
    this.#wish = wish;
    this.#alias = alias;
    this.#seenOfChunks = afterId;
    this.#afterId = log.read(0)[0]?.kind === 'completion' ? 0 : afterId;
  }

  /** The next text, or '' if there is none yet. `isOver` is true once the last text was returned. */
  next(): string {
    const events = this.#log.read(this.#afterId);
    // A completion is shown only together with its ending, which says how it was made.
    if (events[0]?.kind === 'completion' && this.#log.ending === null) return '';
    let text = '';
    for (const event of events) text += this.#show(event);
    this.#afterId = events[events.length - 1]?.id ?? this.#afterId;
    const { ending, lastId } = this.#log;
    // If no event was for this reader, the next one may be here already.
    if (ending === null || this.#afterId < lastId) return text === '' && events.length > 0 ? this.next() : text;
    this.isOver = true;
    const endId = lastId + 1 + this.#moreIds;
    const seenId = Math.max(this.#afterId + this.#moreIds, this.#seenOfChunks);
    return text + endingText(ending, endId, seenId, this.#wish, this.#madeFor);
  }

  #show(event: AnswerEvent): string {
    if (event.kind !== 'completion') {
      if (!isSentTo(event, this.#wish)) return '';
      return this.#text(event.id, eventFor(event, this.#madeFor));
    }
    const chunks = chunksOfCompletion(event.data);
    this.#moreIds = chunks.length - 1;
    let text = '';
    for (const [index, { kind, data }] of chunks.entries()) {
      const id = index + 1;
      const openData = id === chunks.length ? this.#withCarryon(data) : data;
      if (id > this.#seenOfChunks && isSentTo({ kind, data }, this.#wish))
        text += this.#text(id, { kind, data, openData });
    }
    return text;
  }

  /** Adds to the last chunk of a completion how the answer was made. */
  #withCarryon(data: string): string {
    const { ending } = this.#log;
    const made = ending?.kind === 'complete' ? fieldFor(ending.carryon, this.#madeFor) : undefined;
    return made !== undefined && (this.#wish.usage || this.#wish.resume) ? withCarryon(data, made) : data;
  }

  #text(id: number, event: RunEvent): string {
    return sseText(id, dataFor(event, this.#wish, this.#alias), this.#wish);
  }
}
