import { SseParser } from '../../protocol/sse.ts';
import { bodyFormOf, hasEventLine, isUnreadable, withoutComments } from './other-form.ts';

/** Reads a body that arrives in packets, as events or, if the provider sends one JSON document instead, as that document. */
export class EventText {
  readonly #parser: SseParser;
  /** What arrived before the form was known: white space and comments. */
  #begun = '';
  #form: 'events' | { json: string } | undefined;

  /** `onUnreadable` is called with each line that is not a field of an event. */
  constructor(onEvent: (name: string | undefined, data: string) => void, onUnreadable: (line: string) => void) {
    this.#parser = new SseParser({
      onEvent: ({ event, data }) => onEvent(event, data),
      onOtherLine: (field, line) => {
        // llama.cpp before the end of 2025 sends an error in a field of this name.
        if (field === 'error') onEvent(field, line.slice('error:'.length));
        else if (isUnreadable(field)) onUnreadable(line);
      },
    });
  }

  /** The document so far. Undefined if the body is events, or its form is not known yet. */
  get json(): string | undefined {
    return typeof this.#form === 'object' ? this.#form.json : undefined;
  }

  feed(text: string): void {
    if (this.#form === undefined) {
      const begun = withoutComments(this.#begun + text);
      this.#form = bodyFormOf(begun);
      this.#begun = this.#form === undefined ? begun : '';
      if (this.#form !== undefined) this.#take(begun);
    } else this.#take(text);
  }

  #take(text: string): void {
    if (typeof this.#form === 'object') {
      this.#form.json += text;
      if (!hasEventLine(this.#form.json, text.length)) return;
      // JSON cannot hold such a line, so the body is events after all, with something else before them.
      const events = this.#form.json;
      this.#form = 'events';
      this.#take(events);
    } else this.#parser.feed(text);
  }
}
