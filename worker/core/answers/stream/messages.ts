/**
 * The messages that the Worker sends, as JSON, to an `AnswerStream` (`POST /open`, `/attach`, `/stop`, `/whole` and `/took`) and to a
 * `SharedAnswer` (`/open`, `/whole` and `/took`), and the note that these objects send beside their reply.
 */
import type { ClosedRecord } from '../../slo/record.ts';
import type { RunFacts } from '../../slo/run-facts.ts';
import type { AnswerHead } from '../answer-head.ts';
import type { Job } from './job.ts';
import type { ReaderOptions } from './reader-options.ts';

/** The owner of an answer. Only the owner can attach to it or stop it. `owner.ts` decides who that is. */
export interface Owner {
  tenant: string;
  user: string | null;
  /** Kind and id of the key that asked. Null if a secret key or a signed token named the user. */
  key: string | null;
  /** Hash of the page visitor's own secret. Null if none came, or if `key` is null. */
  visitor: string | null;
}

/** `POST /open`: start this run, join one, or replay what one left. */
export type OpenMessage = KeyedOpen | SharedOpen;

interface Opening {
  /** The model's name for readers that may not see the provider. */
  alias: string;
  wish: ReaderOptions;
  /** The run to start, if one is needed. */
  job: Job;
  /** Left out for a resumed read, which is not a request of its own, and by earlier builds. The object then has no record of the call. */
  record?: RecordOpening | undefined;
}

/** What the record of a call says besides its job. A null is left out. `cacheTtlS` counts only if the object gives a cache hit. */
export type RecordOpening = Partial<
  Pick<
    ClosedRecord,
    'class' | 'cache' | 'cacheTtlS' | 'colo' | 'build' | 'promptVersion' | 'traceparent' | 'drill' | 'experiment'
  >
>;

/** The message to the `AnswerStream` of an idempotency key. */
export interface KeyedOpen extends Opening {
  kind: 'keyed';
  owner: Owner;
  /** The idempotency key as the client sent it. A UUIDv7 contains the time at which it was made. */
  key: string;
  /** Hash of the answer key's text. */
  bodyHash: string;
  /** The `last-event-id` header as the client sent it, or null. A message with one never starts a run. */
  lastEventId: string | null;
  /** Set if only an answer that already exists is wanted. If there is none, the role is `unknown`, and nothing starts. */
  onlyKnown?: true;
  /** True if this call's Worker looked for the answer in its cache, and would store it there. */
  caches: boolean;
  /**
   * Says where the Worker's fresh cached copy is, if it has one. With a copy, a new key needs no provider. `worker`: the Worker gives
   * the copy itself, and nothing is kept. `job`: the copy is in the job and is kept for a while, because the reader wants to be able
   * to resume it.
   */
  copy: 'none' | 'worker' | 'job';
}

/** The message to the `SharedAnswer` of an answer key. The Worker has looked into its cache, and would store the answer there. */
export interface SharedOpen extends Opening {
  kind: 'shared';
}

/** `POST /attach`: read on by the answer's id. This never starts a run. */
export interface AttachMessage {
  owner: Owner;
  wish: ReaderOptions;
  lastEventId: string | null;
}

/** `POST /stop`: end the answer for good. */
export interface StopMessage {
  owner: Owner;
}

/** `POST /took` asks whether the object closes, or has closed, the record of this call. After a restart it says no. */
export interface TookMessage {
  requestId: string;
}

/**
 * What an object sends beside its reply, as JSON in one header. The Worker makes the headers of its own response from it, and does not
 * pass it on.
 */
export interface ReplyNote {
  role: Role;
  head: AnswerHead;
  /** True if this call's Worker should fetch the whole answer and cache it. Only one reply of a run says so. */
  keeps?: boolean | undefined;
  /** True if the stream is known not to hold a whole answer: it broke off, was stopped, or lost events. */
  isPartial?: boolean | undefined;
  /** The headers of an error, such as `retry-after`. */
  errorHeaders?: Readonly<Record<string, string>> | undefined;
  /** True if the object closes the record of this call. */
  isRecorded?: boolean | undefined;
  /** What the Worker closes the record with, if the object does not close it. An earlier build sends neither field. */
  ran?: RunFacts | undefined;
}

/**
 * Says if this call's request ran and is charged. `alone`: the Worker answers it by itself, without this object. `unknown`: the object
 * has no such answer and the message was `onlyKnown`.
 */
export type Role = 'started' | 'attached' | 'replayed' | 'refused' | 'alone' | 'unknown';

/** The header that carries the note. */
export const NOTE_HEADER = 'x-answer-note';

/** A note as a header's value, which may hold only ASCII. */
export const noteText = (note: ReplyNote): string =>
  JSON.stringify(note).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The note of a reply. */
export function readNote(text: string | null): ReplyNote {
  if (text === null) throw new Error(`an answer stream replied without ${NOTE_HEADER}`);
  return JSON.parse(text) as ReplyNote;
}
