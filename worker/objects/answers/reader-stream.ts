/**
 * Streams an answer to one reader. It takes events from the log when its connection has room, so a slow reader delays no other reader
 * while the log has room.
 */
import { commentText } from '../../../protocol/sse.ts';
import type { MadeFor } from '../../core/answers/carryon-field.ts';
import { HEARTBEAT_MS, KEEP_ALIVE_MS, READER_STALL_MS } from '../../core/answers/stream/limits.ts';
import type { ReaderOptions } from '../../core/answers/stream/reader-options.ts';
import type { Clock } from '../../core/clock.ts';
import type { CallerRecord } from './caller-record.ts';
import { Cursor, type ReadableLog } from './cursor.ts';

/** One reader, and what it wants. */
export interface StreamReader {
  log: ReadableLog;
  wish: ReaderOptions;
  /** The model's name for readers that may not see the provider. */
  alias: string;
  /** The id of the last event that this reader has seen. */
  afterId: number;
  madeFor: MadeFor;
  clock: Clock;
  record: CallerRecord | undefined;
  /** Called once, when the reader has left or has everything. */
  onGone(): void;
}

const HEARTBEAT = commentText('hb');
const KEEP_ALIVE = commentText('keep-alive');
const encoder = new TextEncoder();

/** The body of one reader's response: server-sent events, with comments in between while there is nothing else to send. */
export function readerStream(reading: StreamReader): ReadableStream<Uint8Array> {
  const { log, wish, alias, afterId, madeFor, clock, record, onGone } = reading;
  const silenceMs = wish.resume ? HEARTBEAT_MS : KEEP_ALIVE_MS;
  const comment = wish.resume ? HEARTBEAT : KEEP_ALIVE;
  const cursor = new Cursor(log, wish, alias, afterId, madeFor);
  let isGone = false;
  let isTaking = false;
  let isSilent = false;
  let lastSentAt = clock.now();
  let wake = () => {};
  let cancelTimer = () => {};

  const leave = (): void => {
    if (isGone) return;
    isGone = true;
    cancelTimer();
    unlisten();
    wake();
    onGone();
  };
  const unlisten = log.listen(() => wake());
  /** Sets the one timer of the stream. If it fires too early, it is set again. */
  const arm = (controller: ReadableStreamDefaultController): void => {
    const waitMs = isTaking ? lastSentAt + silenceMs - clock.now() : lastSentAt + READER_STALL_MS - clock.now();
    cancelTimer = clock.after(Math.max(1, Math.min(waitMs, silenceMs)), () => {
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
        // Sent at once, so that the headers reach the reader before there is any content.
        if (wish.resume) controller.enqueue(encoder.encode(HEARTBEAT));
        arm(controller);
      },
      async pull(controller) {
        isTaking = true;
        for (;;) {
          if (isGone) return;
          const text = cursor.next();
          // Without any event so far, the text can only be an error.
          if (text !== '' && log.lastId > 0) record?.content();
          if (text !== '' || isSilent) controller.enqueue(encoder.encode(text === '' ? comment : text));
          if (cursor.isOver) {
            record?.ended(log.ending);
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
