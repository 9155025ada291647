/** Writes and reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html). */

export interface SseEvent {
  /** The id of this event. The standard's "last event id" is the last id that any event had. */
  id?: string | undefined;
  event?: string | undefined;
  data: string;
}

/** The data of the last event of every complete stream. */
export const DONE = '[DONE]';

/** One whole event with its blank line. Data of several lines is written as several fields, which a reader joins again. */
export function eventText({ id, event, data }: SseEvent): string {
  const fields = `${id === undefined ? '' : `id: ${id}\n`}${event === undefined ? '' : `event: ${event}\n`}`;
  return `${fields}${dataText(data)}`;
}

/** An event that has only data. */
export function dataText(data: string): string {
  const isOneLine = !(data.includes('\n') || data.includes('\r'));
  return `data: ${isOneLine ? data : data.replaceAll(/\r\n|\r|\n/g, '\ndata: ')}\n\n`;
}

/** The text before and after the data of an event with one line. */
export const DATA_FRAME = { before: 'data: ', after: '\n\n' } as const;

/** A comment line. No blank line follows it, because that would end an event, and some clients dispatch even an empty one. */
export const commentText = (comment: string): string => `: ${comment}\n`;

/** The callbacks of a parser. */
export interface SseHandlers {
  onEvent(event: SseEvent): void;
  onComment?(comment: string): void;
  /** Called for a line with a field that the standard does not define. The line is not part of the event. */
  onOtherLine?(field: string, line: string): void;
}

/**
 * Reads a stream in pieces of any size, with LF, CR or CRLF. An event is reported once its blank line has arrived, so half an event
 * before a broken connection is never reported.
 */
export class SseParser {
  readonly #handlers: SseHandlers;
  readonly #maxChars: number;
  #isFirst = true;
  /** True if the last piece ended in CR, so that an LF at the start of the next piece belongs to it. */
  #mayFollowLf = false;
  /** The beginning of a line. It is searched only once the line is complete, so a long line in many pieces takes linear time. */
  #rest = '';
  #id: string | undefined;
  #event: string | undefined;
  #data: string | undefined;
  #isTooLong = false;

  /** `maxChars` is the longest unfinished event that is held. Everything after a longer one is ignored. */
  constructor(handlers: SseHandlers, maxChars = Number.POSITIVE_INFINITY) {
    this.#handlers = handlers;
    this.#maxChars = maxChars;
  }

  get isTooLong(): boolean {
    return this.#isTooLong;
  }

  feed(text: string): void {
    if (text === '' || this.#isTooLong) return;
    let from = 0;
    if (this.#isFirst && text.charCodeAt(0) === BYTE_ORDER_MARK) from = 1;
    if (this.#mayFollowLf && text.charCodeAt(0) === LF) from = 1;
    this.#isFirst = false;
    this.#mayFollowLf = false;
    let lf = text.indexOf('\n', from);
    let cr = text.indexOf('\r', from);
    while (lf >= 0 || cr >= 0) {
      const isLf = cr < 0 || (lf >= 0 && lf < cr);
      const end = isLf ? lf : cr;
      if (this.#rest !== '') this.#line(this.#rest + text.slice(from, end));
      else if (from === end) this.#end();
      // Nearly every line of an answer is such a line. Only its value is copied out of the text.
      else if (text.startsWith('data:', from)) this.#add(valueIn(text, from + 'data:'.length, end));
      else this.#line(text.slice(from, end));
      this.#rest = '';
      from = end + 1;
      if (!isLf && lf === from) from++;
      else if (!isLf && from === text.length) this.#mayFollowLf = true;
      if (lf >= 0 && lf < from) lf = text.indexOf('\n', from);
      if (cr >= 0 && cr < from) cr = text.indexOf('\r', from);
    }
    if (from < text.length) this.#rest += from === 0 ? text : text.slice(from);
    this.#isTooLong = this.#rest.length + (this.#data?.length ?? 0) > this.#maxChars;
  }

  /** Called for a new connection. Drops the unfinished event of the old one. */
  restart(): void {
    this.#isFirst = true;
    this.#mayFollowLf = false;
    this.#isTooLong = false;
    this.#rest = '';
    this.#clear();
  }

  #line(line: string): void {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : valueIn(line, colon + 1, line.length);
    switch (field) {
      case 'data':
        this.#add(value);
        return;
      case 'event':
        this.#event = value === '' ? undefined : value;
        return;
      case 'id':
        if (!value.includes('\0')) this.#id = value;
        return;
      case 'retry':
        return;
      case '':
        this.#handlers.onComment?.(value);
        return;
      default:
        this.#handlers.onOtherLine?.(field, line);
    }
  }

  #add(value: string): void {
    this.#data = this.#data === undefined ? value : `${this.#data}\n${value}`;
  }

  #end(): void {
    const data = this.#data;
    const event = { id: this.#id, event: this.#event, data: data ?? '' };
    this.#clear();
    if (data !== undefined) this.#handlers.onEvent(event);
  }

  #clear(): void {
    this.#id = undefined;
    this.#event = undefined;
    this.#data = undefined;
  }
}

/** The value of a field. One space before the value is not part of it. */
const valueIn = (text: string, from: number, end: number): string =>
  text.slice(text.charCodeAt(from) === SPACE ? from + 1 : from, end);

const LF = 10;
const SPACE = 32;
const BYTE_ORDER_MARK = 0xfeff;
