/** Answers one caller from a log: with a stream, the whole completion, or an error. */
import type { AnswerHead } from '../../core/answers/answer-head.ts';
import { fieldFor, type MadeFor } from '../../core/answers/carryon-field.ts';
import { isPartial, type Refusal } from '../../core/answers/stream/events.ts';
import type { Role } from '../../core/answers/stream/messages.ts';
import type { ReaderOptions } from '../../core/answers/stream/reader-options.ts';
import type { Clock } from '../../core/clock.ts';
import type { CallerRecord } from './caller-record.ts';
import type { ReadableLog } from './cursor.ts';
import { readerStream } from './reader-stream.ts';
import { aloneReply, completionReply, goneReply, refusalReply, streamReply } from './reply.ts';

/** A log that can also be waited for, and read as a whole. */
export interface ServedLog extends ReadableLog {
  /** The answer as one JSON text. Undefined until it is complete, and if any of it is missing. */
  readonly completion: string | undefined;
  until(isSo: () => boolean): Promise<void>;
}

/** One caller, and what its object knows about it. */
export interface Caller {
  log: ServedLog;
  wish: ReaderOptions;
  /** The model's name for callers that may not see the provider. */
  alias: string;
  /** The id of the last event that this caller has seen. */
  afterId: number;
  signal: AbortSignal | undefined;
  clock: Clock;
  /** The id that readers get if they may resume the stream. */
  streamId: string;
  /** Null until the headers for this caller are known. */
  head(): AnswerHead | null;
  /** Why only this caller gets nothing. `alone` means that its Worker must answer it without the object. */
  refused(): Refusal | 'alone' | undefined;
  role(): Role;
  madeFor(): MadeFor;
  /** Called when the answer, or its stream, is given. Returns true if this caller's Worker should cache it. */
  keeps(): boolean;
  /** The refusal for a caller that wants a whole answer although events of it were lost. */
  notWhole(): Refusal | 'alone';
  /** Undefined if the object does not close the record of this call. */
  record: CallerRecord | undefined;
  /** Called when the caller has left, or has everything. May be called more than once. */
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
  if (signal?.aborted) leave(); // the event has fired already
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
  const problem = error ?? (text === undefined ? caller.notWhole() : undefined);
  const recorded = record?.give(problem);
  leave();
  if (problem === 'alone') return aloneReply();
  if (problem !== undefined) return refusalReply(problem, wish.seesProvider, { role, ...recorded }, madeFor);
  const carryon = ending?.kind === 'complete' ? fieldFor(ending.carryon, madeFor) : undefined;
  return completionReply(
    text ?? '',
    wish,
    alias,
    { role, ...recorded, keeps: caller.keeps(), head: head ?? {} },
    carryon,
  );
}

/** The error that cut an answer short, with the answer's own mode, attempts and hops. */
const cutShort = (error: Refusal, head: AnswerHead | null): Refusal => {
  if (head === null) return error;
  const { mode, attempts, hops } = head;
  return { ...error, head: { mode, attempts, hops, ...error.head } };
};
