/** The IndexedDB database of one router's answers: its stores, its version, and how it is opened. */
import { type DBSchema, type IDBPDatabase, openDB, type StoreNames } from 'idb';
import type { Features } from '../core/features.ts';
import type { QueuedRow } from '../core/outbox.ts';
import type { Mode, Report } from './store.ts';

/** AES-GCM of a text under a person's key. */
export interface Sealed {
  iv: Uint8Array<ArrayBuffer>;
  sealed: ArrayBuffer;
}

export interface PersonRow {
  name: string;
  part: string;
  visitor: string;
  signKey: CryptoKey;
  sealKey: CryptoKey;
  usedAt: number;
}

export interface AnswerRow extends Sealed {
  part: string;
  key: string;
  feature: string;
  /** `UNKNOWN_GENERATION` if the features were not known yet. */
  generation: number;
  storedAt: number;
  keepUntil: number;
  /** Of the text in UTF-8. */
  bytes: number;
}

/** Below every generation, so that such an answer counts as older. It is a number because IndexedDB allows no null in a key. */
export const UNKNOWN_GENERATION = -1;

export interface SentRow {
  part: string;
  key: string;
  idempotencyKey: string;
  sentAt: number;
}

export interface OutboxRow extends QueuedRow {
  question: Sealed;
  answer: Sealed | null;
}

export interface NoteRow extends Sealed {
  part: string;
  name: string;
  changedAt: number;
  /** Of the text in UTF-8. */
  bytes: number;
}

export interface TabRow {
  clientId: string;
  /** The part of the person that the tab named; null if it named nobody, or once that person has signed out. */
  part: string | null;
  visitor: string;
  namedAt: number;
}

export interface Schema extends DBSchema {
  people: { key: string; value: PersonRow; indexes: { part: string } };
  answers: {
    key: [string, string];
    value: AnswerRow;
    indexes: {
      age: [string, number];
      size: [string, number];
      generation: [string, string, number];
      end: number;
    };
  };
  sent: { key: [string, string]; value: SentRow; indexes: { age: number } };
  outbox: { key: [string, string]; value: OutboxRow };
  notes: { key: [string, string]; value: NoteRow; indexes: { size: [string, number] } };
  reports: { key: [string, string]; value: Report & { part: string }; indexes: { age: [string, number] } };
  tabs: { key: string; value: TabRow };
  features: { key: string; value: Features & { part: string } };
  facts: { key: 'mode' | 'clockOffsetMs'; value: Mode | number };
}

export type StoreName = StoreNames<Schema>;
export type Database = IDBPDatabase<Schema>;

/**
 * Raised with every change of the stores below. `upgrade` adds new stores and keeps the old ones, because people wait for the questions in
 * the outbox.
 */
const VERSION = 2;

export const STORES: StoreName[] = [
  ...(['people', 'answers', 'sent', 'outbox', 'notes', 'reports', 'tabs', 'features', 'facts'] as const),
];

/** The range of all rows of a person, in a store whose keys begin with the person's part. */
export const rowsOf = (part: string): IDBKeyRange => IDBKeyRange.bound([part], [part, []]);

/**
 * Opens the database. Rejects if a newer build has written it, or if it cannot be opened. `blocked` is called if another connection is
 * still open.
 */
export function openDatabase(name: string, lost: () => void, blocked: () => void): Promise<Database> {
  return openDB<Schema>(name, VERSION, {
    upgrade,
    blocked,
    blocking(_current, _wanted, event) {
      (event.target as IDBDatabase).close();
      lost();
    },
    terminated: lost,
  });
}

function upgrade(db: Database, from: number): void {
  if (from < 1) createFirst(db);
  if (from < 2) db.createObjectStore('notes', { keyPath: ['part', 'name'] }).createIndex('size', ['part', 'bytes']);
}

function createFirst(db: Database): void {
  db.createObjectStore('people', { keyPath: 'name' }).createIndex('part', 'part', { unique: true });
  const answers = db.createObjectStore('answers', { keyPath: ['part', 'key'] });
  answers.createIndex('age', ['part', 'storedAt']);
  answers.createIndex('size', ['part', 'bytes']);
  answers.createIndex('generation', ['part', 'feature', 'generation']);
  answers.createIndex('end', 'keepUntil');
  db.createObjectStore('sent', { keyPath: ['part', 'key'] }).createIndex('age', 'sentAt');
  db.createObjectStore('outbox', { keyPath: ['part', 'id'] });
  db.createObjectStore('reports', { keyPath: ['part', 'id'] }).createIndex('age', ['part', 'at']);
  db.createObjectStore('tabs', { keyPath: 'clientId' });
  db.createObjectStore('features', { keyPath: 'part' });
  db.createObjectStore('facts');
}

/** The store `people` of any transaction. */
interface People {
  index(name: 'part'): { getKey(part: string): Promise<string | undefined> };
}

/** Whether the person is still signed in. Every write checks this first, inside its own transaction. */
export const isSignedIn = async (people: People, { part }: { part: string }): Promise<boolean> =>
  (await people.index('part').getKey(part)) !== undefined;

/** How many rows a person has in a store, and how many bytes. The sizes are in the index, so no row is read. */
export async function sizeOf(
  db: Database,
  store: 'answers' | 'notes',
  { part }: { part: string },
): Promise<{ rows: number; bytes: number }> {
  let rows = 0;
  let bytes = 0;
  let cursor = await db.transaction(store).store.index('size').openKeyCursor(rowsOf(part));
  while (cursor !== null) {
    rows += 1;
    bytes += cursor.key[1];
    cursor = await cursor.continue();
  }
  return { rows, bytes };
}
