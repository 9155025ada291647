import { SseParser } from '../../protocol/sse.ts';
import { formOf, hasEventLine, isUnreadable, withoutComments } from './other-form.ts';

/** The text of a body that comes in packets: its events or, where a provider sent one instead of them, its one JSON text. */
export class EventText {
  readonly #parser: SseParser;
  /** White space and comments, until the form is known. */
  #begun = '';
  #form: 'events' | { json: string } | undefined;

  /** `onUnreadable`: a line that is no field of an event. */
  constructor(onEvent: (name: string | undefined, data: string) => void, onUnreadable: (line: string) => void) {
    this.#parser = new SseParser({
      onEvent: ({ event, data }) => onEvent(event, data),
      onOtherLine: (field, line) => {
        if (isUnreadable(field)) onUnreadable(line);
      },
    });
  }

  /** What was read so far, where it is no events. */
  get json(): string | undefined {
    return typeof this.#form === 'object' ? this.#form.json : undefined;
  }

  feed(text: string): void {
    if (this.#form === undefined) {
      const begun = withoutComments(this.#begun + text);
      this.#form = formOf(begun);
      this.#begun = this.#form === undefined ? begun : '';
      if (this.#form !== undefined) this.#take(begun);
    } else this.#take(text);
  }

  #take(text: string): void {
    if (typeof this.#form === 'object') {
      this.#form.json += text;
      if (!hasEventLine(this.#form.json, text.length)) return;
      // No JSON text has such a line: events, after something that was none.
      const events = this.#form.json;
      this.#form = 'events';
      this.#take(events);
    } else this.#parser.feed(text);
  }
}
