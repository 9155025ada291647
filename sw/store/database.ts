/** The IndexedDB database of one router's answers: its stores, its version, and how a connection is had. */
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
  /** `UNKNOWN_GENERATION` where the features were not known yet. */
  generation: number;
  storedAt: number;
  keepUntil: number;
  /** Of the text in UTF-8. */
  bytes: number;
}

/** Below every generation, so that such an answer counts as older. IndexedDB has no null in a key. */
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

export interface TabRow {
  clientId: string;
  /** Of the person it named; null for nobody, or once that person has signed out. */
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
  reports: { key: [string, string]; value: Report & { part: string }; indexes: { age: [string, number] } };
  tabs: { key: string; value: TabRow };
  features: { key: string; value: Features & { part: string } };
  facts: { key: 'mode' | 'clockOffsetMs'; value: Mode | number };
}

export type StoreName = StoreNames<Schema>;
export type Database = IDBPDatabase<Schema>;

/** Raised with every change of the stores below; `upgrade` then drops the older ones, which were only copies. */
const VERSION = 1;

export const STORES: StoreName[] = ['people', 'answers', 'sent', 'outbox', 'reports', 'tabs', 'features', 'facts'];

export const databaseName = (routerOrigin: string): string => `carryon ${routerOrigin}`;

/** All rows of a person in a store whose keys begin with the part. */
export const rowsOf = (part: string): IDBKeyRange => IDBKeyRange.bound([part], [part, []]);

/** Rejects where a newer build has written the database, where it cannot be opened, or while another connection is in the way. */
export function openDatabase(name: string, lost: () => void): Promise<Database> {
  return new Promise((resolve, reject) => {
    openDB<Schema>(name, VERSION, {
      upgrade,
      blocked: () => reject(new DOMException('Another connection to the database is in the way.', 'AbortError')),
      blocking(_current, _wanted, event) {
        (event.target as IDBDatabase).close();
        lost();
      },
      terminated: lost,
    }).then(resolve, reject);
  });
}

function upgrade(db: Database): void {
  for (const name of [...db.objectStoreNames]) db.deleteObjectStore(name);
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

/** Whether the person is still signed in: the first thing that a write asks, inside its own transaction. */
export const isHere = async (people: People, { part }: { part: string }): Promise<boolean> =>
  (await people.index('part').getKey(part)) !== undefined;
