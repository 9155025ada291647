/** What the Worker asks an `AnswerStream`: one call each, `POST /open`, `/attach`, `/stop` with one of these as JSON, `/whole`. */
import type { AnswerHead } from '../answer-head.ts';
import type { AnswerForm } from '../forms.ts';
import type { RunEvent } from './events.ts';

/** Whose answer it is: only its owner can attach to it or stop it. `core/answers/stream/owner.ts` decides who that is. */
export interface Owner {
  tenant: string;
  user: string | null;
  /** Kind and id of the key that asked, where no secret key named a user; else null. */
  key: string | null;
  /** Hash of the page visitor's own secret, where one came with that key; else null. */
  visitor: string | null;
}

/** How this reader wants it. None of this makes another answer, so none of it is in the body's hash. */
export interface Wish {
  /** As events; else as one JSON completion. */
  stream: boolean;
  /** Ids, heartbeats, and headers as soon as it is admitted (`x-carryon-resume: 1`). */
  resume: boolean;
  /** The closing usage chunk. */
  usage: boolean;
  /** May learn who served and what it cost. */
  seesProvider: boolean;
  /** The form it reads; left out where only the first asker's request says that. */
  form?: AnswerForm | undefined;
}

export interface OpenMessage<Job> {
  /** `keyed`: named by an idempotency key, and kept; `shared`: by an answer key, and forgotten soon after it is complete. */
  kind: 'keyed' | 'shared';
  owner: Owner;
  /** The idempotency key as it was sent; a UUIDv7 tells its own age. Null where shared. */
  key: string | null;
  /** Hash of the answer key's text. */
  bodyHash: string;
  alias: string;
  wish: Wish;
  /** The header as it was sent; with it nothing is ever started. */
  lastEventId: string | null;
  /** Whatever `produce` needs. JSON. */
  job: Job;
  /** Only what is known under this name is given; otherwise the role `unknown`, and nothing starts. */
  onlyKnown?: true;
  /** This call's Worker looked for it in its cache, and would keep it there. */
  caches: boolean;
  /**
   * The asking Worker holds a fresh cached copy, so no provider is asked under a new key. `worker`: it gives the copy itself, and
   * nothing is kept. `job`: the copy is in the job, to be kept for a while, because the reader wants to be able to resume it.
   */
  copy: 'none' | 'worker' | 'job';
}

export interface CachedAnswer {
  head: AnswerHead;
  event: RunEvent;
}

export interface AttachMessage {
  owner: Owner;
  wish: Wish;
  lastEventId: string | null;
}

export interface StopMessage {
  owner: Owner;
}

/**
 * What the object says beside its reply: JSON in one header, from which the Worker makes the headers of its own response. It is
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
}

/**
 * Did this call's request run, and is it charged? `alone`: it is to be answered by itself, outside of this object. `unknown`: the
 * reply to `onlyKnown`.
 */
export type Role = 'started' | 'attached' | 'replayed' | 'refused' | 'alone' | 'unknown';

export const NOTE_HEADER = 'x-answer-note';

/** A header holds ASCII alone. */
export const noteText = (note: ReplyNote): string =>
  JSON.stringify(note).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);

export function readNote(text: string | null): ReplyNote {
  if (text === null) throw new Error(`an answer stream replied without ${NOTE_HEADER}`);
  return JSON.parse(text) as ReplyNote;
}
