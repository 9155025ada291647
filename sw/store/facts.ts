/** What the worker must remember after the browser has killed it: mode, clock, features, and reports that have not been sent. */
import type { Features } from '../core/features.ts';
import { type Database, isSignedIn, rowsOf, UNKNOWN_GENERATION } from './database.ts';
import type { Person, Report } from './store.ts';

const MAX_REPORTS = 200;

export async function readFeatures(db: Database, { part }: Person): Promise<Features | undefined> {
  const row = await db.get('features', part);
  if (row === undefined) return undefined;
  const { part: _, ...features } = row;
  return features;
}

/**
 * Stores the features, and removes answers of an older generation and answers of a feature that no longer keeps any. An answer that was
 * kept before its generation was known counts as one of this generation.
 */
export async function writeFeatures(db: Database, person: Person, features: Features): Promise<void> {
  const { part } = person;
  const tx = db.transaction(['people', 'features', 'answers'], 'readwrite');
  if (await isSignedIn(tx.objectStore('people'), person)) {
    await tx.objectStore('features').put({ ...features, part });
    const answers = tx.objectStore('answers');
    const index = answers.index('generation');
    for (const [feature, { generation, travelTtlSeconds }] of Object.entries(features.features)) {
      if (generation === null && travelTtlSeconds > 0) continue;
      const unknown = IDBKeyRange.only([part, feature, UNKNOWN_GENERATION]);
      for (const row of await index.getAll(unknown))
        await answers.put({ ...row, generation: generation ?? UNKNOWN_GENERATION });
      const upTo = travelTtlSeconds > 0 && generation !== null ? generation : Number.POSITIVE_INFINITY;
      const old = IDBKeyRange.bound([part, feature], [part, feature, upTo], false, true);
      for (const key of await index.getAllKeys(old)) await answers.delete(key);
    }
  }
  await tx.done;
}

export async function addReport(db: Database, person: Person, report: Report): Promise<void> {
  const tx = db.transaction(['people', 'reports'], 'readwrite');
  const reports = tx.objectStore('reports');
  if (await isSignedIn(tx.objectStore('people'), person)) {
    await reports.put({ ...report, part: person.part });
    const tooMany = (await reports.count(rowsOf(person.part))) - MAX_REPORTS;
    if (tooMany > 0)
      for (const key of await reports.index('age').getAllKeys(rowsOf(person.part), tooMany)) await reports.delete(key);
  }
  await tx.done;
}

export async function readReports(db: Database, { part }: Person, limit: number): Promise<Report[]> {
  const rows = await db.getAllFromIndex('reports', 'age', rowsOf(part), limit);
  return rows.map(({ part: _, ...report }) => report);
}

export async function forgetReports(db: Database, { part }: Person, ids: readonly string[]): Promise<void> {
  const tx = db.transaction('reports', 'readwrite');
  for (const id of ids) await tx.store.delete([part, id]);
  await tx.done;
}
