/** Queued questions, with their answers until they are removed. */
import type { QueuedRow } from '../core/outbox.ts';
import { answerRow, dropSent, putAnswer } from './answers.ts';
import { type Database, isSignedIn, type OutboxRow, rowsOf } from './database.ts';
import { seal, unseal } from './seal.ts';
import type { Kept, Person, Question, QueuedAnswer } from './store.ts';

const questionPlace = (id: string): string => `question ${id}`;
const answerPlace = (id: string): string => `queued answer ${id}`;

const withoutTexts = ({ question, answer, ...row }: OutboxRow): QueuedRow => row;

const byAge = (one: QueuedRow, other: QueuedRow): number => one.askedAt - other.askedAt;

export async function readQueued(db: Database, { part }: Person): Promise<QueuedRow[]> {
  return (await db.getAll('outbox', rowsOf(part))).map(withoutTexts).sort(byAge);
}

/** The parts of all people with a row in the outbox. */
export async function partsWithQueue(db: Database): Promise<string[]> {
  const keys = await db.getAllKeys('outbox');
  return [...new Set(keys.map(([part]) => part))];
}

export async function enqueue(
  db: Database,
  person: Person,
  row: QueuedRow,
  question: Question,
  admit: (others: readonly QueuedRow[]) => boolean,
): Promise<QueuedRow | 'refused' | 'gone'> {
  // A page may choose its keys itself, and use one twice.
  const earlier = await readQuestion(db, person, row.id);
  if (earlier !== undefined && earlier.body !== question.body) return 'refused';
  const sealed = await seal(person, questionPlace(row.id), JSON.stringify(question));
  const tx = db.transaction(['people', 'outbox'], 'readwrite', { durability: 'strict' });
  const outbox = tx.objectStore('outbox');
  const decide = async (): Promise<QueuedRow | 'refused' | 'gone'> => {
    if (!(await isSignedIn(tx.objectStore('people'), person))) return 'gone';
    const rows = await outbox.getAll(rowsOf(person.part));
    const same = rows.find(({ id }) => id === row.id);
    if (same !== undefined && same.state !== 'failed' && same.state !== 'expired') return withoutTexts(same);
    if (!admit(rows.filter((other) => other !== same).map(withoutTexts))) return 'refused';
    await outbox.put({ ...row, question: sealed, answer: null });
    return row;
  };
  const result = await decide();
  await tx.done;
  return result;
}

async function open(db: Database, person: Person, id: string, what: 'question' | 'answer') {
  const row = await db.get('outbox', [person.part, id]);
  const place = what === 'question' ? questionPlace(id) : answerPlace(id);
  const text = row?.[what] ? await unseal(person, place, row[what]) : undefined;
  return text === undefined ? undefined : (JSON.parse(text) as unknown);
}

export const readQuestion = async (db: Database, person: Person, id: string): Promise<Question | undefined> =>
  (await open(db, person, id, 'question')) as Question | undefined;

export const readQueuedAnswer = async (db: Database, person: Person, id: string): Promise<QueuedAnswer | undefined> =>
  (await open(db, person, id, 'answer')) as QueuedAnswer | undefined;

/** If `decide` returns null the row is removed, if undefined it stays. Returns the row afterwards, or the removed row. */
export async function changeQueued(
  db: Database,
  person: Person,
  id: string,
  decide: (row: QueuedRow) => QueuedRow | null | undefined,
): Promise<QueuedRow | undefined> {
  // A sign-out removes a person's rows too, so a row that exists shows that its person is signed in.
  const tx = db.transaction('outbox', 'readwrite');
  const row = await tx.store.get([person.part, id]);
  const next = row === undefined ? undefined : decide(withoutTexts(row));
  if (row !== undefined && next === null) await tx.store.delete([person.part, id]);
  if (row !== undefined && next) await tx.store.put({ ...row, ...next });
  await tx.done;
  return next ?? (row === undefined ? undefined : withoutTexts(row));
}

/** Stores an answer in one transaction. So either it is in both places, or the question still waits for the answer that was paid for. */
export async function answerQueued(
  db: Database,
  person: Person,
  row: QueuedRow,
  answer: QueuedAnswer,
  sentUnder: string,
  copy: { key: string; kept: Kept } | null,
): Promise<QueuedRow | undefined> {
  const sealed = await seal(person, answerPlace(row.id), JSON.stringify(answer));
  const answered = copy && (await answerRow(person, copy.key, copy.kept));
  const tx = db.transaction(['people', 'outbox', 'answers', 'sent'], 'readwrite', { durability: 'strict' });
  const outbox = tx.objectStore('outbox');
  if (await isSignedIn(tx.objectStore('people'), person)) {
    await dropSent(tx.objectStore('sent'), person, sentUnder, row.id);
    if (answered !== null && answered !== 'full') await putAnswer(tx.objectStore('answers'), answered);
  }
  const known = await outbox.get([person.part, row.id]);
  if (known !== undefined) await outbox.put({ ...known, ...row, answer: sealed });
  await tx.done;
  return known === undefined ? undefined : row;
}

/**
 * Puts the same question under a new id, in place of the old row. If the page asks it again meanwhile, that request takes the new id too.
 */
export async function requeue(
  db: Database,
  person: Person,
  id: string,
  row: QueuedRow,
): Promise<QueuedRow | undefined> {
  const question = await readQuestion(db, person, id);
  if (question === undefined) return undefined;
  const sealed = await seal(person, questionPlace(row.id), JSON.stringify(question));
  const tx = db.transaction(['outbox', 'sent'], 'readwrite', { durability: 'strict' });
  const outbox = tx.objectStore('outbox');
  const isThere = (await outbox.getKey([person.part, id])) !== undefined;
  if (isThere) {
    await outbox.delete([person.part, id]);
    await outbox.put({ ...row, question: sealed, answer: null });
    const { part } = person;
    await tx.objectStore('sent').put({ part, key: question.sentUnder, idempotencyKey: row.id, sentAt: row.askedAt });
  }
  await tx.done;
  return isThere ? row : undefined;
}
