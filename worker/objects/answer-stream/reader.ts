/** One reader of an answer as a stream: asks the log for what he has not seen when he takes it, so a slow one keeps nobody waiting. */
import { chunksOfCompletion } from '../../../protocol/chunks-of-completion.ts';
import { commentText } from '../../../protocol/sse.ts';
import { fieldFor, type MadeFor, withCarryon } from '../../core/answers/carryon-field.ts';
import {
  type AnswerEvent,
  dataFor,
  endingText,
  eventFor,
  isFor,
  type RunEvent,
  sseText,
} from '../../core/answers/stream/events.ts';
import { HEARTBEAT_MS, KEEP_ALIVE_MS, READER_STALL_MS } from '../../core/answers/stream/limits.ts';
import type { Wish } from '../../core/answers/stream/messages.ts';
import type { Clock } from '../../core/clock.ts';
import type { AnswerLog } from './log.ts';

export interface Reading {
  log: AnswerLog;
  wish: Wish;
  /** The model's name, where the reader may not learn more. */
  alias: string;
  /** The last event he has seen. */
  afterId: number;
  madeFor: MadeFor;
  clock: Clock;
  /** He went away, or has it all; once. */
  onGone(): void;
}

const HEARTBEAT = commentText('hb');
const KEEP_ALIVE = commentText('keep-alive');
const encoder = new TextEncoder();

export function readerStream({
  log,
  wish,
  alias,
  afterId,
  madeFor,
  clock,
  onGone,
}: Reading): ReadableStream<Uint8Array> {
  const { silenceMs, comment } = wish.resume
    ? { silenceMs: HEARTBEAT_MS, comment: HEARTBEAT }
    : { silenceMs: KEEP_ALIVE_MS, comment: KEEP_ALIVE };
  const cursor = new Cursor(log, wish, alias, afterId, madeFor);
  let isGone = false;
  let isTaking = false;
  let isSilent = false;
  let lastSentAt = clock.now();
  let wake = () => {};
  let callOff = () => {};

  const leave = (): void => {
    if (isGone) return;
    isGone = true;
    callOff();
    unlisten();
    wake();
    onGone();
  };
  const unlisten = log.listen(() => wake());
  /** One timer for a whole stream: one that comes too early sleeps on. */
  const arm = (controller: ReadableStreamDefaultController): void => {
    const waitMs = isTaking ? lastSentAt + silenceMs - clock.now() : lastSentAt + READER_STALL_MS - clock.now();
    callOff = clock.after(Math.max(1, Math.min(waitMs, silenceMs)), () => {
      const quietMs = clock.now() - lastSentAt;
      if (isTaking && quietMs >= silenceMs) {
        isSilent = true;
        wake();
      } else if (!isTaking && quietMs >= READER_STALL_MS) {
        leave();
        controller.error(new Error('the reader took nothing for too long'));
      }
      if (!isGone) arm(controller);
    });
  };

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        // At once, so that headers reach the reader before any content does.
        if (wish.resume) controller.enqueue(encoder.encode(HEARTBEAT));
        arm(controller);
      },
      async pull(controller) {
        isTaking = true;
        for (;;) {
          if (isGone) return;
          const text = cursor.next();
          if (text !== '' || isSilent) controller.enqueue(encoder.encode(text === '' ? comment : text));
          if (cursor.isOver) {
            controller.close();
            return leave();
          }
          if (text !== '' || isSilent) break;
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        isSilent = false;
        isTaking = false;
        lastSentAt = clock.now();
      },
      cancel: leave,
    },
    { highWaterMark: 0 },
  );
}

/** How far a reader has come, and what he gets next. */
class Cursor {
  isOver = false;
  readonly #log: AnswerLog;
  readonly #wish: Wish;
  readonly #alias: string;
  readonly #madeFor: MadeFor;
  #afterId: number;
  /** A completion is shown as chunks, which have ids of their own: the same ones each time. */
  readonly #seenOfChunks: number;
  #moreIds = 0;

  constructor(log: AnswerLog, wish: Wish, alias: string, afterId: number, madeFor: MadeFor) {
    this.#log = log;
    this.#madeFor = madeFor;
    this.#wish = wish;
    this.#alias = alias;
    this.#seenOfChunks = afterId;
    this.#afterId = log.read(0)[0]?.kind === 'completion' ? 0 : afterId;
  }

  /** '' where there is nothing yet; with the last text `isOver` is true. */
  next(): string {
    const events = this.#log.read(this.#afterId);
    // Its end comes with it, and says how it was made.
    if (events[0]?.kind === 'completion' && this.#log.ending === null) return '';
    let text = '';
    for (const event of events) text += this.#show(event);
    this.#afterId = events[events.length - 1]?.id ?? this.#afterId;
    const { ending, lastId, endId } = this.#log;
    if (ending === null || this.#afterId < lastId) return text || this.#skipped(events.length);
    this.isOver = true;
    const seenId = Math.max(this.#afterId + this.#moreIds, this.#seenOfChunks);
    return text + endingText(ending, endId + this.#moreIds, seenId, this.#wish, this.#madeFor);
  }

  #show(event: AnswerEvent): string {
    if (event.kind !== 'completion') {
      if (!isFor(event, this.#wish)) return '';
      return this.#text(event.id, eventFor(event, this.#madeFor));
    }
    const chunks = chunksOfCompletion(event.data);
    this.#moreIds = chunks.length - 1;
    let text = '';
    for (const [index, { kind, data }] of chunks.entries()) {
      const id = index + 1;
      const openData = id === chunks.length ? this.#withCarryon(data) : data;
      if (id > this.#seenOfChunks && isFor({ kind, data }, this.#wish))
        text += this.#text(id, { kind, data, openData });
    }
    return text;
  }

  /** The last chunk of an answer that was made as a whole. */
  #withCarryon(data: string): string {
    const { ending } = this.#log;
    const made = ending?.standing === 'complete' ? fieldFor(ending.carryon, this.#madeFor) : undefined;
    return made !== undefined && (this.#wish.usage || this.#wish.resume) ? withCarryon(data, made) : data;
  }

  #text(id: number, event: RunEvent): string {
    return sseText(id, dataFor(event, this.#wish, this.#alias), this.#wish);
  }

  /** Events that are not for this reader are no silence: he looks for the next at once. */
  #skipped(events: number): string {
    return events === 0 ? '' : this.next();
  }
}
