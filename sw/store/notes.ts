/** A page's own texts, each under a name that the page chose. */
import type { Note } from '../../protocol/travel-messages.ts';
import { utf8Bytes } from '../../protocol/utf8-bytes.ts';
import { type Database, isSignedIn, type NoteRow, rowsOf } from './database.ts';
import { seal, unseal } from './seal.ts';
import type { KeepResult, Person } from './store.ts';

const MAX_NOTES = 500;
const MAX_NOTE_BYTES = 256 * 1024;
/** Sorts after every name that begins with the text before it. */
const LAST = '\uffff'.repeat(200);

const placeOf = (name: string): string => `note ${name}`;

export async function listNotes(db: Database, person: Person, prefix: string): Promise<Note[]> {
  const { part } = person;
  const rows = await db.getAll('notes', IDBKeyRange.bound([part, prefix], [part, prefix + LAST]));
  const notes = await Promise.all(
    rows.map(async (row) => {
      const text = await textOf(person, row);
      return text === undefined ? [] : [{ name: row.name, text, changedAt: row.changedAt }];
    }),
  );
  return notes.flat().sort((one, other) => other.changedAt - one.changedAt);
}

export async function readNote(db: Database, person: Person, name: string): Promise<string | undefined> {
  const row = await db.get('notes', [person.part, name]);
  return row && textOf(person, row);
}

export async function putNote(db: Database, person: Person, { name, text, changedAt }: Note): Promise<KeepResult> {
  const bytes = utf8Bytes(text);
  if (bytes > MAX_NOTE_BYTES) return 'full';
  const { part } = person;
  // The text is stored as JSON. UTF-8 alone would lose a byte order mark at the beginning, and half a character at which a draft was cut.
  const sealed = await seal(person, placeOf(name), JSON.stringify(text));
  const tx = db.transaction(['people', 'notes'], 'readwrite');
  const notes = tx.objectStore('notes');
  const decide = async (): Promise<KeepResult> => {
    if (!(await isSignedIn(tx.objectStore('people'), person))) return 'gone';
    const isNew = (await notes.getKey([part, name])) === undefined;
    if (isNew && (await notes.count(rowsOf(part))) >= MAX_NOTES) return 'full';
    await notes.put({ part, name, changedAt, bytes, ...sealed });
    return 'kept';
  };
  const result = await decide();
  await tx.done;
  return result;
}

async function textOf(person: Person, row: NoteRow): Promise<string | undefined> {
  const text = await unseal(person, placeOf(row.name), row);
  return text === undefined ? undefined : (JSON.parse(text) as string);
}
