/** Who has signed in here, and which person each tab has named. */
import type { IDBPTransaction } from 'idb';
import type { Platform } from '../platform.ts';
import {
  type Database,
  isSignedIn,
  type PersonRow,
  rowsOf,
  type Schema,
  STORES,
  type StoreName,
  type TabRow,
} from './database.ts';
import { hexOf, newKeys } from './seal.ts';
import type { Person, Tab } from './store.ts';

/** How precisely a person's last visit is recorded. */
const USED_PRECISION_MS = 86_400_000;

/** 32 characters; `x-carryon-visitor` needs at least 20. */
const newSecret = (platform: Platform): string => hexOf(platform.bytes(16));

const personOf = ({ name, part, visitor, signKey, sealKey }: PersonRow): Person => ({
  name,
  part,
  visitor,
  signKey,
  sealKey,
});

export async function findPerson(db: Database, part: string): Promise<Person | null> {
  const row = await db.getFromIndex('people', 'part', part);
  return row === undefined ? null : personOf(row);
}

/** Two tabs that name the same new person at once get the same `Person`, because the first write wins. */
export async function makePerson(db: Database, name: string, platform: Platform): Promise<Person> {
  const known = await db.get('people', name);
  if (known !== undefined && platform.now() - known.usedAt < USED_PRECISION_MS) return personOf(known);
  // WebCrypto would end a transaction that waits for it.
  const fresh = { name, part: hexOf(platform.bytes(16)), visitor: newSecret(platform), ...(await newKeys()) };
  const tx = db.transaction('people', 'readwrite');
  const row: PersonRow = { ...((await tx.store.get(name)) ?? fresh), usedAt: platform.now() };
  await tx.store.put(row);
  await tx.done;
  return personOf(row);
}

export const tabWithoutPerson = (platform: Platform): Tab => ({ person: null, visitor: newSecret(platform) });

export async function readTab(db: Database, clientId: string): Promise<Tab | undefined> {
  // One transaction for both reads. Between two transactions the person could be renewed, and the tab would have nobody.
  const tx = db.transaction(['tabs', 'people']);
  const row = await tx.objectStore('tabs').get(clientId);
  if (row === undefined) return undefined;
  const found = row.part === null ? undefined : await tx.objectStore('people').index('part').get(row.part);
  return { person: found === undefined ? null : personOf(found), visitor: found?.visitor ?? row.visitor };
}

export async function writeTab(
  db: Database,
  clientId: string,
  person: Person | null,
  platform: Platform,
): Promise<Tab> {
  const fresh = newSecret(platform);
  const tx = db.transaction(['people', 'tabs'], 'readwrite');
  const known = await tx.objectStore('tabs').get(clientId);
  const stays = person !== null && (await isSignedIn(tx.objectStore('people'), person)) ? person : null;
  // A tab that goes from a person to nobody gets a new secret, because what it does from then on is not that person's.
  const visitor = known !== undefined && known.part === null ? known.visitor : fresh;
  const row: TabRow = { clientId, part: stays?.part ?? null, visitor, namedAt: platform.now() };
  await tx.objectStore('tabs').put(row);
  await tx.done;
  return { person: stays, visitor: stays?.visitor ?? visitor };
}

export async function tabsOf(db: Database, { part }: Person): Promise<string[]> {
  return (await db.getAll('tabs')).filter((tab) => tab.part === part).map(({ clientId }) => clientId);
}

type Everything = IDBPTransaction<Schema, StoreName[], 'readwrite'>;

async function deleteRows(tx: Everything, part: string): Promise<void> {
  for (const store of ['answers', 'sent', 'outbox', 'notes', 'reports'] as const)
    await tx.objectStore(store).delete(rowsOf(part));
  await tx.objectStore('features').delete(part);
}

async function changeTabs(tx: Everything, part: string, change: (tab: TabRow) => TabRow): Promise<string[]> {
  const tabs = tx.objectStore('tabs');
  const theirs = (await tabs.getAll()).filter((tab) => tab.part === part);
  for (const tab of theirs) await tabs.put(change(tab));
  return theirs.map(({ clientId }) => clientId);
}

/** Forgets everything of a person in one transaction. A write of theirs that comes later finds no person and does nothing. */
export async function forgetPerson(db: Database, { name, part }: Person, platform: Platform): Promise<string[]> {
  const tx = db.transaction(STORES, 'readwrite');
  const people = tx.objectStore('people');
  if ((await people.index('part').getKey(part)) === name) await people.delete(name);
  await deleteRows(tx, part);
  const tabs = await changeTabs(tx, part, (tab) => ({ ...tab, part: null, visitor: newSecret(platform) }));
  await tx.done;
  return tabs;
}

/** Forgets what is kept, and returns the names of the notes. The person continues under a new part with new keys, so that no write in progress brings anything back. */
export async function renewPerson(db: Database, { name, part }: Person, platform: Platform): Promise<string[]> {
  const fresh = { part: hexOf(platform.bytes(16)), ...(await newKeys()) };
  const tx = db.transaction(STORES, 'readwrite');
  const features = await tx.objectStore('features').get(part);
  const notes = await tx.objectStore('notes').getAllKeys(rowsOf(part));
  await deleteRows(tx, part);
  const row = await tx.objectStore('people').get(name);
  if (row?.part === part) {
    await tx.objectStore('people').put({ ...row, ...fresh });
    if (features !== undefined) await tx.objectStore('features').put({ ...features, part: fresh.part });
    await changeTabs(tx, part, (tab) => ({ ...tab, part: fresh.part }));
  }
  await tx.done;
  return notes.map(([, note]) => note);
}
