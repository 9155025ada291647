/** Follows a stream on its way to the page. The page gets whole events only, each once, however many connections it takes. */
import type { ChatChunk } from '../../protocol/chat.ts';
import type { StreamedCompletion } from '../../protocol/completion-of-stream.ts';
import { DONE, eventText, type SseEvent, SseParser } from '../../protocol/sse.ts';
import { type RouterErrorInfo, routerErrorOf } from './asking.ts';
import { hasSkippedEvents } from './keep.ts';

/** No answer has a longer event. */
const LONGEST_EVENT_CHARS = 16 * 1024 * 1024;
/** The limit for all events together; an answer that may be kept is far shorter, even spread over its chunks. */
const LONGEST_KEPT_CHARS = 8 * 1024 * 1024;

export class StreamFollower {
  readonly #parser: SseParser;
  /** Whether the page asked for the usage; a resumable stream always has it. */
  showsUsage: boolean;
  #completion: StreamedCompletion | undefined;
  #text = '';
  #lastId = 0;
  #keptChars = 0;
  #isDone = false;
  #error: RouterErrorInfo | undefined;

  /**
   * `builder` is given if the whole completion is needed in the end. It is an argument so that a page that only reads the rest of a stream
   * does not load its code.
   */
  constructor({ builder, showsUsage }: { builder?: StreamedCompletion | undefined; showsUsage: boolean }) {
    this.showsUsage = showsUsage;
    this.#completion = builder;
    this.#parser = new SseParser({ onEvent: (event) => this.#take(event) }, LONGEST_EVENT_CHARS);
  }

  /** The value for `last-event-id`; undefined before the first event with an id. */
  get lastEventId(): string | undefined {
    return this.#lastId === 0 ? undefined : String(this.#lastId);
  }

  /** True once `[DONE]` has come, the one sign of a complete answer. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** The error with which the router ended the stream, if it did. Nothing follows it. */
  get error(): RouterErrorInfo | undefined {
    return this.#error;
  }

  get isOver(): boolean {
    return this.#isDone || this.#error !== undefined;
  }

  /** True if an event is longer than any of the router's. This is not a stream of the router. */
  get isTooLong(): boolean {
    return this.#parser.isTooLong;
  }

  /** Takes a piece of the stream and returns the new events that it completes, '' if there are none. Comments are left out. */
  feed(piece: string): string {
    this.#parser.feed(piece);
    const text = this.#text;
    this.#text = '';
    return text;
  }

  /** Called when another connection takes over. An incomplete event of the old connection is discarded. */
  restart(): void {
    this.#parser.restart();
  }

  /** The whole answer as one completion; undefined if the stream did not end well, or if something may be missing. */
  completion(): string | undefined {
    const whole = this.#isDone ? this.#completion?.whole() : undefined;
    return whole === undefined ? undefined : JSON.stringify(whole);
  }

  #take(event: SseEvent): void {
    if (this.isOver || !this.#isNew(event.id)) return;
    if (event.data === DONE) this.#isDone = true;
    else if (this.#read(event.data) === 'hidden') return;
    this.#text += eventText(event);
  }

  /** Event ids count up from 1. The router never sends an event without an id twice. */
  #isNew(id: string | undefined): boolean {
    if (id === undefined || !/^\d{1,15}$/.test(id)) return true;
    if (Number(id) <= this.#lastId) return false;
    this.#lastId = Number(id);
    return true;
  }

  #read(data: string): 'shown' | 'hidden' {
    this.#keptChars += data.length;
    if (this.#keptChars > LONGEST_KEPT_CHARS) this.#completion = undefined;
    if (this.#completion === undefined && !MAY_MATTER.test(data)) return 'shown';
    const json = objectOf(data);
    if (json?.error) {
      this.#error = routerErrorOf(json);
    } else if (json === undefined || !Array.isArray(json.choices) || hasSkippedEvents(json.carryon)) {
      this.#completion = undefined;
    } else {
      this.#completion?.add(json as unknown as ChatChunk);
      // A client that did not ask for usage may read `choices[0]` of every chunk.
      if (!this.showsUsage && json.choices.length === 0) return 'hidden';
    }
    return 'shown';
  }
}

/** Matches an error and a chunk without choices. If there is no completion to build, only these events are parsed. */
const MAY_MATTER = /"error"|"choices":\s*\[\s*\]/;

function objectOf(data: string): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(data);
    return typeof json === 'object' && json !== null ? (json as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
