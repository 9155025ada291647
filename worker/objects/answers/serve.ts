/** Answers one caller out of a log: with a stream, the whole completion, or an error. */
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import { fieldFor, type MadeFor } from '../../core/answers/carryon-field.ts';
import { isPartial, type Refusal } from '../../core/answers/stream/events.ts';
import type { Role } from '../../core/answers/stream/messages.ts';
import type { Wish } from '../../core/answers/stream/wish.ts';
import type { Clock } from '../../core/clock.ts';
import type { CallerRecord } from './caller-record.ts';
import type { ReadableLog } from './cursor.ts';
import { readerStream } from './reader-stream.ts';
import { aloneReply, completionReply, goneReply, refusalReply, streamReply } from './reply.ts';

/** A log that can also be waited for, and taken as a whole. */
export interface ServedLog extends ReadableLog {
  /** Once it is complete and nothing of it is missing: the answer as one JSON. */
  readonly completion: string | undefined;
  until(isSo: () => boolean): Promise<void>;
}

/** One caller, and what its object knows of it. */
export interface Caller {
  log: ServedLog;
  wish: Wish;
  /** The model's name for callers that may not learn more. */
  alias: string;
  /** The last event this caller has seen. */
  afterId: number;
  signal: AbortSignal | undefined;
  clock: Clock;
  /** Given to readers who may resume the stream. */
  streamId: string;
  /** Null until the headers for this caller are known. */
  head(): AnswerHead | null;
  /** Why this caller alone gets nothing, or that it must ask on its own. */
  refused(): Refusal | 'alone' | undefined;
  role(): Role;
  madeFor(): MadeFor;
  /** Called when the answer, or its stream, is given: true where this caller's Worker is the one to cache it. */
  keeps(): boolean;
  /** The refusal for a caller that wants the whole of an answer which has lost events. */
  notWhole(): Refusal | 'alone';
  /** Undefined where this call is no request of its own. */
  record: CallerRecord | undefined;
  /** The caller has left, or has all it gets. May be called more than once. */
  onLeave(): void;
}

/** Waits until there is something to send to this caller, and sends it. */
export async function serve(caller: Caller): Promise<Response> {
  const { log, wish, alias, signal, afterId, clock, record } = caller;
  let hasLeft = false;
  const leave = () => {
    hasLeft = true;
    signal?.removeEventListener('abort', leave);
    record?.left();
    caller.onLeave();
  };
  signal?.addEventListener('abort', leave);
  if (signal?.aborted) leave(); // the event does not come again
  const hasNews = () =>
    log.ending !== null || caller.refused() !== undefined || (wish.stream && caller.head() !== null);
  if (!hasLeft) await log.until(hasNews);
  if (hasLeft) return goneReply(record !== undefined);
  const { ending } = log;
  const [head, refused, role, madeFor] = [caller.head(), caller.refused(), caller.role(), caller.madeFor()];
  if (wish.stream && head !== null && refused === undefined) {
    record?.begins(head);
    const body = readerStream({ log, wish, alias, afterId, madeFor, clock, record, onGone: leave });
    const note = { role, keeps: caller.keeps(), isPartial: isPartial(ending), isRecorded: record && true };
    return streamReply(body, head, wish, note, caller.streamId);
  }
  const cut = ending === null || ending.kind === 'complete' ? undefined : cutShort(ending.error, head);
  const error = refused ?? cut;
  const text = error === undefined ? log.completion : undefined;
  const said = error ?? (text === undefined ? caller.notWhole() : undefined);
  const recorded = record?.give(said);
  leave();
  if (said === 'alone') return aloneReply();
  if (said !== undefined) return refusalReply(said, wish.seesProvider, { role, ...recorded }, madeFor);
  const carryon = ending?.kind === 'complete' ? fieldFor(ending.carryon, madeFor) : undefined;
  return completionReply(
    text ?? '',
    wish,
    alias,
    { role, ...recorded, keeps: caller.keeps(), head: head ?? {} },
    carryon,
  );
}

/** An answer that ended early has made as many attempts as any other. */
const cutShort = (error: Refusal, head: AnswerHead | null): Refusal => {
  if (head === null) return error;
  const { mode, attempts, hops } = head;
  return { ...error, head: { mode, attempts, hops, ...error.head } };
};
