/**
 * What the browser keeps, as the rest of the worker sees it. All data of a person depends on a row in `people`. A write first
 * reads that row in its own transaction and does nothing if it is gone, so no late write survives a sign-out.
 * Every call degrades: without a usable database there is no person, nothing is found and nothing is kept.
 */

import type { Note } from '../../protocol/travel-messages.ts';
import type { Features } from '../core/features.ts';
import type { QueuedRow } from '../core/outbox.ts';

export interface Person {
  /** The id that the page gave. */
  name: string;
  /** A random id of this sign-in. After a sign-out the same name gets another id, and other keys. */
  part: string;
  /** The value of `x-carryon-visitor` for this person. */
  visitor: string;
  /** HMAC-SHA-256, not extractable. */
  signKey: CryptoKey;
  /** AES-GCM, not extractable. */
  sealKey: CryptoKey;
}

/** The person that a tab has named. Without one nothing is stored or queued, and the tab has a visitor of its own. */
export interface Tab {
  person: Person | null;
  visitor: string;
}

export interface Kept {
  /** One chat completion as JSON, whichever form the page asked for. */
  body: string;
  feature: string;
  /** The feature's generation from `GET /ai/features`; null if it was not known yet. */
  generation: number | null;
  storedAt: number;
  /** From this time on the answer is not served. It is removed later. */
  keepUntil: number;
}

/** `gone`: the person has signed out. `full`: too large, no room, or no database. */
export type KeepResult = 'kept' | 'gone' | 'full';

export interface SentKey {
  idempotencyKey: string;
  sentAt: number;
}

/** All that is needed to send a queued question, except a credential. */
export interface Question {
  /** The path of the page's request. */
  path: string;
  body: string;
  /** Lower-case names; no `authorization`, no `x-api-key`. */
  headers: Record<string, string>;
  /** The question's key (`keyOf`) when it was asked, under which its idempotency key is remembered. */
  sentUnder: string;
}

export interface QueuedAnswer {
  headers: [string, string][];
  /** One chat completion as JSON. */
  body: string;
}

export type ReportKind = 'stale' | 'offline' | 'queued' | 'sent' | 'resumed' | 'lost';

export interface Report {
  id: string;
  at: number;
  kind: ReportKind;
  feature: string;
  waitedMs: number;
}

export type Mode = 'auto' | 'travel';

export interface Usage {
  answers: number;
  bytes: number;
  queued: number;
}

export interface Store {
  /** The person with this name, who gets new keys at first use. Null if nothing can be stored. */
  person(name: string): Promise<Person | null>;
  tab(clientId: string): Promise<Tab | undefined>;
  nameTab(clientId: string, name: string | null): Promise<Tab>;
  /** The tabs that have named this person. */
  tabsOf(person: Person): Promise<string[]>;
  /** All people who have something in the outbox. */
  peopleWithQueue(): Promise<Person[]>;
  /** Forgets closed tabs, expired answers, and people without data who have not visited for 30 days. */
  tidy(openClientIds: readonly string[]): Promise<void>;

  /** The hex HMAC of a question's text under the person's own key. */
  keyOf(person: Person, keyText: string): Promise<string>;
  answer(person: Person, key: string): Promise<Kept | undefined>;
  /** Also forgets the sent key, in the same transaction. With `sent`, only if it is this key. */
  keep(person: Person, key: string, kept: Kept, sent?: string): Promise<KeepResult>;
  /**
   * The idempotency key to send a question with, written before it is sent: the one it was sent with before if that may be
   * used again, else `fresh`. One transaction, so two equal questions at once share a key.
   */
  sendingKey(person: Person, key: string, fresh: SentKey, isReusable: (sent: SentKey) => boolean): Promise<SentKey>;
  /**
   * Forgets the sent key, because the answer is complete and not kept, or because the key can bring no answer. With `sent`, only if it is
   * this key.
   */
  delivered(person: Person, key: string, sent?: string): Promise<void>;

  queued(person: Person): Promise<QueuedRow[]>;
  /** Adds a question. Returns the row under its id, or why it was not accepted. `admit` gets the person's other rows. */
  enqueue(
    person: Person,
    row: QueuedRow,
    question: Question,
    admit: (others: readonly QueuedRow[]) => boolean,
  ): Promise<QueuedRow | 'refused' | 'gone' | 'full'>;
  question(person: Person, id: string): Promise<Question | undefined>;
  /**
   * Reads, decides and writes in one transaction. If `decide` returns null the row is removed, if undefined it stays. Returns undefined if
   * there is no row with this id.
   */
  changeQueued(
    person: Person,
    id: string,
    decide: (row: QueuedRow) => QueuedRow | null | undefined,
  ): Promise<QueuedRow | undefined>;
  /** Stores a queued question's answer, and `copy` among the answers. Undefined if the question was removed meanwhile. */
  answerQueued(
    person: Person,
    row: QueuedRow,
    answer: QueuedAnswer,
    sentUnder: string,
    copy: { key: string; kept: Kept } | null,
  ): Promise<QueuedRow | undefined>;
  /** Puts a question into the outbox again under a new id. */
  requeue(person: Person, id: string, row: QueuedRow): Promise<QueuedRow | undefined>;
  queuedAnswer(person: Person, id: string): Promise<QueuedAnswer | undefined>;

  /** The notes whose name begins with `prefix`, newest first. */
  notes(person: Person, prefix: string): Promise<Note[]>;
  note(person: Person, name: string): Promise<string | undefined>;
  /** Stores a note. It never removes another note to make room. */
  putNote(person: Person, name: string, text: string): Promise<KeepResult>;
  deleteNote(person: Person, name: string): Promise<void>;

  mode(): Promise<Mode>;
  setMode(mode: Mode): Promise<void>;
  /** The milliseconds to add to this device's clock to get the router's time. */
  clockOffsetMs(): Promise<number>;
  setClockOffsetMs(offsetMs: number): Promise<void>;
  features(person: Person): Promise<Features | undefined>;
  /** Stores a person's features, and forgets answers of an older generation. */
  setFeatures(person: Person, features: Features): Promise<void>;

  report(person: Person, report: Report): Promise<void>;
  reports(person: Person, limit: number): Promise<Report[]>;
  reported(person: Person, ids: readonly string[]): Promise<void>;

  usage(person: Person): Promise<Usage>;
  /**
   * Forgets answers, sent keys, outbox, notes and reports. The person stays, with a new part and new keys, so answers on their way are not
   * kept. Returns the names of the notes.
   */
  clear(person: Person): Promise<string[]>;
  /** Forgets everything of the person, keys included. Returns the tabs that had named the person; null if the database refused. */
  signOut(person: Person): Promise<string[] | null>;
}
