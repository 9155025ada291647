/** Kept answers, and the idempotency keys of questions that were sent and not yet answered. */
import { MAX_KEPT_BYTES } from '../core/keep.ts';
import { type AnswerRow, type Database, isSignedIn, rowsOf, type SentRow, UNKNOWN_GENERATION } from './database.ts';
import { bytesOf, seal, unseal } from './seal.ts';
import type { KeepResult, Kept, Person, SentKey } from './store.ts';

const MAX_ANSWERS = 200;

const placeOf = (key: string): string => `answer ${key}`;

export async function readAnswer(db: Database, person: Person, key: string): Promise<Kept | undefined> {
  const row = await db.get('answers', [person.part, key]);
  if (row === undefined) return undefined;
  const body = await unseal(person, placeOf(key), row);
  if (body === undefined) return undefined;
  const generation = row.generation === UNKNOWN_GENERATION ? null : row.generation;
  return { body, feature: row.feature, generation, storedAt: row.storedAt, keepUntil: row.keepUntil };
}

export async function keepAnswer(
  db: Database,
  person: Person,
  key: string,
  kept: Kept,
  sent?: string,
): Promise<KeepResult> {
  const row = await answerRow(person, key, kept);
  if (row === 'full') return 'full';
  const tx = db.transaction(['people', 'answers', 'sent'], 'readwrite');
  const result = (await isSignedIn(tx.objectStore('people'), person)) ? 'kept' : 'gone';
  if (result === 'kept') {
    await dropSent(tx.objectStore('sent'), person, key, sent);
    await putAnswer(tx.objectStore('answers'), row);
  }
  await tx.done;
  return result;
}

/**
 * The row to store, with its text sealed. This runs before the transaction begins, because a wait for WebCrypto would end the transaction.
 */
export async function answerRow(person: Person, key: string, kept: Kept): Promise<AnswerRow | 'full'> {
  const { body, generation, ...rest } = kept;
  const bytes = bytesOf(body);
  if (bytes > MAX_KEPT_BYTES) return 'full';
  const sealed = await seal(person, placeOf(key), body);
  return { ...rest, ...sealed, part: person.part, key, generation: generation ?? UNKNOWN_GENERATION, bytes };
}

interface Answers {
  put(row: AnswerRow): Promise<unknown>;
  count(range: IDBKeyRange): Promise<number>;
  delete(key: [string, string]): Promise<void>;
  index(name: 'age'): { getAllKeys(range: IDBKeyRange, count: number): Promise<[string, string][]> };
}

/** Stores an answer, and evicts the person's oldest ones if there are too many. */
export async function putAnswer(answers: Answers, row: AnswerRow): Promise<void> {
  await answers.put(row);
  const tooMany = (await answers.count(rowsOf(row.part))) - MAX_ANSWERS;
  if (tooMany <= 0) return;
  for (const key of await answers.index('age').getAllKeys(rowsOf(row.part), tooMany)) await answers.delete(key);
}

/** Frees space on a full disk: evicts half of all people's answers, those that expire first. Returns false if there is nothing to evict. */
export async function makeRoom(db: Database): Promise<boolean> {
  const tx = db.transaction('answers', 'readwrite');
  const keys = await tx.store.index('end').getAllKeys();
  for (const key of keys.slice(0, Math.ceil(keys.length / 2))) await tx.store.delete(key);
  await tx.done;
  return keys.length > 0;
}

export async function sendingKey(
  db: Database,
  person: Person,
  key: string,
  fresh: SentKey,
  isReusable: (sent: SentKey) => boolean,
): Promise<SentKey> {
  const tx = db.transaction(['people', 'sent'], 'readwrite');
  const sent = tx.objectStore('sent');
  const known = await sent.get([person.part, key]);
  const isKnown = known !== undefined && isReusable(known);
  const row: SentRow = { part: person.part, key, ...fresh };
  const writing = !isKnown && (await isSignedIn(tx.objectStore('people'), person)) ? sent.put(row) : undefined;
  // The question waits for this transaction. Without the commit it would end one round trip later.
  tx.commit();
  await Promise.all([writing, tx.done]);
  return isKnown ? { idempotencyKey: known.idempotencyKey, sentAt: known.sentAt } : fresh;
}

export async function forgetSent(db: Database, person: Person, key: string, sent?: string): Promise<void> {
  const tx = db.transaction('sent', 'readwrite');
  await dropSent(tx.store, person, key, sent);
  await tx.done;
}

interface SentKeys {
  get(key: [string, string]): Promise<SentRow | undefined>;
  delete(key: [string, string]): Promise<void>;
}

/**
 * Forgets the key that a question was sent with. With `sent`, only if it is still that key: the question may have been asked again, and the
 * new key still needs its answer.
 */
export async function dropSent(keys: SentKeys, { part }: Person, key: string, sent: string | undefined): Promise<void> {
  if (sent === undefined || (await keys.get([part, key]))?.idempotencyKey === sent) await keys.delete([part, key]);
}
