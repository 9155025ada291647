/**
 * What the Worker says to an `AnswerStream` (`POST /open`, `/attach`, `/stop`, `/whole` and `/took`) and to a `SharedAnswer` (`/open`,
 * `/whole` and `/took`), as JSON, and what they say beside their reply.
 */
import type { ClosedRecord } from '../../slo/record.ts';
import type { RunFacts } from '../../slo/run-facts.ts';
import type { AnswerHead } from '../answer-head.ts';
import type { Job } from './job.ts';
import type { Wish } from './wish.ts';

/** Whose answer it is: only its owner can attach to it or stop it. `owner.ts` decides who that is. */
export interface Owner {
  tenant: string;
  user: string | null;
  /** Kind and id of the key that asked, where no secret key named a user; otherwise null. */
  key: string | null;
  /** Hash of the page visitor's own secret, where one came with that key; otherwise null. */
  visitor: string | null;
}

/** `POST /open`: run this, join what runs, or replay what there is. */
export type OpenMessage = KeyedOpen | SharedOpen;

interface Opening {
  /** The model's name for readers who may not learn more. */
  alias: string;
  wish: Wish;
  /** What runs, where a run is needed. */
  job: Job;
  /** Left out for a resumed read, which is no request of its own, and by earlier builds: the call has no record here. */
  record?: RecordOpening | undefined;
}

/** What the record of a call says besides its job. A null is left out. `cacheTtlS`: true only where the object gives a hit. */
export type RecordOpening = Partial<
  Pick<
    ClosedRecord,
    'class' | 'cache' | 'cacheTtlS' | 'colo' | 'build' | 'promptVersion' | 'traceparent' | 'drill' | 'experiment'
  >
>;

/** To the `AnswerStream` of an idempotency key. */
export interface KeyedOpen extends Opening {
  kind: 'keyed';
  owner: Owner;
  /** The idempotency key as it was sent; a UUIDv7 tells its own age. */
  key: string;
  /** Hash of the answer key's text. */
  bodyHash: string;
  /** The header as it was sent; with it nothing is ever started. */
  lastEventId: string | null;
  /** Only what is known under this name is given; otherwise the role is `unknown`, and nothing starts. */
  onlyKnown?: true;
  /** This call's Worker looked for the answer in its cache, and would keep it there. */
  caches: boolean;
  /**
   * Whether the Worker has a fresh cached copy, so that no provider is asked under a new key. `worker`: the Worker gives the copy
   * itself, and nothing is kept. `job`: the copy is in the job, to be kept for a while, because the reader wants to be able to
   * resume it.
   */
  copy: 'none' | 'worker' | 'job';
}

/** To the `SharedAnswer` of an answer key. The Worker has looked into its cache, and would keep the answer there. */
export interface SharedOpen extends Opening {
  kind: 'shared';
}

/** `POST /attach`: read on by the answer's id. Nothing is started. */
export interface AttachMessage {
  owner: Owner;
  wish: Wish;
  lastEventId: string | null;
}

/** `POST /stop`: end the answer for good. */
export interface StopMessage {
  owner: Owner;
}

/** `POST /took`: does this life of the object close the record of this call, or has it? */
export interface TookMessage {
  requestId: string;
}

/**
 * What an object says beside its reply: JSON in one header, from which the Worker makes the headers of its own response. It is
 * not passed on.
 */
export interface ReplyNote {
  role: Role;
  head: AnswerHead;
  /** This call's Worker asks for the whole answer and caches it: said in one reply of a run. */
  keeps?: boolean | undefined;
  /** The stream is known to hold no whole answer: it broke off, was stopped, or lost events. */
  isPartial?: boolean | undefined;
  /** Of an error: `retry-after` and its like. */
  errorHeaders?: Readonly<Record<string, string>> | undefined;
  /** The object closes the record of this call. */
  isRecorded?: boolean | undefined;
  /** Otherwise this is what its Worker closes it with; neither comes from an earlier build. */
  ran?: RunFacts | undefined;
}

/**
 * Did this call's request run, and is it charged? `alone`: it is to be answered by itself, outside of this object. `unknown`: the
 * reply to `onlyKnown`.
 */
export type Role = 'started' | 'attached' | 'replayed' | 'refused' | 'alone' | 'unknown';

/** Where the note stands. */
export const NOTE_HEADER = 'x-answer-note';

/** A note as the value of a header, which holds ASCII alone. */
export const noteText = (note: ReplyNote): string =>
  JSON.stringify(note).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

/** The note of a reply. */
export function readNote(text: string | null): ReplyNote {
  if (text === null) throw new Error(`an answer stream replied without ${NOTE_HEADER}`);
  return JSON.parse(text) as ReplyNote;
}
