import { createParser, type EventSourceParser } from 'eventsource-parser';
import { formOf, hasEventLine, isUnreadableLine, withoutComments } from './other-form.ts';

/** The text of a body that comes in packets: its events or, where a provider sent one instead of them, its one JSON text. */
export class EventText {
  readonly #parser: EventSourceParser;
  /** The beginning of a line whose end is still to come: the parser passes over pieces of a line that is no field. */
  #line = '';
  #form: 'events' | { json: string } | undefined;

  /** `onUnreadable`: a line that is no field of an event. */
  constructor(onEvent: (name: string | undefined, data: string) => void, onUnreadable: (line: string) => void) {
    this.#parser = createParser({
      onEvent: ({ event, data }) => onEvent(event, data),
      onError: (error) => {
        if (isUnreadableLine(error)) onUnreadable(error.line ?? '');
      },
    });
  }

  /** What was read so far, where it is no events. */
  get json(): string | undefined {
    return typeof this.#form === 'object' ? this.#form.json : undefined;
  }

  feed(text: string): void {
    if (this.#form === undefined) {
      const begun = withoutComments(this.#line + text);
      this.#line = '';
      this.#form = formOf(begun);
      if (this.#form === undefined) this.#line = begun;
      else this.#take(begun);
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
      return;
    }
    const end = Math.max(text.lastIndexOf('\n'), text.lastIndexOf('\r')) + 1;
    if (end === 0) {
      this.#line += text;
      return;
    }
    const whole = this.#line + (end === text.length ? text : text.slice(0, end));
    this.#line = text.slice(end);
    this.#parser.feed(whole);
  }
}
