/** Removes what will not be needed again. Runs when the worker starts and when a tab names a person. */
import { type Database, rowsOf, STORES } from './database.ts';

const DAY_MS = 86_400_000;
/** A person with nothing stored here is forgotten after this time. */
const PERSON_AWAY_MS = 30 * DAY_MS;
const REPORT_AGE_MS = 7 * DAY_MS;

/** A frozen tab is not listed as open and may come back, so its row stays until a day after it named its person. */
export async function tidy(db: Database, openClientIds: readonly string[], now: number): Promise<void> {
  const tx = db.transaction(STORES, 'readwrite');
  const answers = tx.objectStore('answers');
  for (const key of await answers.index('end').getAllKeys(IDBKeyRange.upperBound(now))) await answers.delete(key);
  const sent = tx.objectStore('sent');
  for (const key of await sent.index('age').getAllKeys(IDBKeyRange.upperBound(now - DAY_MS))) await sent.delete(key);
  const tabs = tx.objectStore('tabs');
  const open = new Set<string | null>();
  for (const tab of await tabs.getAll())
    if (openClientIds.includes(tab.clientId) || tab.namedAt > now - DAY_MS) open.add(tab.part);
    else await tabs.delete(tab.clientId);
  for (const { name, part, usedAt } of await tx.objectStore('people').getAll()) {
    const reports = tx.objectStore('reports');
    const old = IDBKeyRange.bound([part], [part, now - REPORT_AGE_MS]);
    for (const key of await reports.index('age').getAllKeys(old)) await reports.delete(key);
    if (usedAt > now - PERSON_AWAY_MS || open.has(part)) continue;
    const stores = [answers, tx.objectStore('outbox'), tx.objectStore('notes')];
    const rows = await Promise.all(stores.map((store) => store.count(rowsOf(part))));
    if (rows.some((count) => count > 0)) continue;
    await tx.objectStore('people').delete(name);
    await tx.objectStore('features').delete(part);
    await tx.objectStore('sent').delete(rowsOf(part));
    await tx.objectStore('reports').delete(rowsOf(part));
  }
  await tx.done;
}
