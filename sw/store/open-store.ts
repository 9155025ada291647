/** The store on IndexedDB. It has one connection, keeps the tabs in memory, and degrades if the database fails. */
import type { Features } from '../core/features.ts';
import type { Platform } from '../platform.ts';
import * as answers from './answers.ts';
import { type Database, openDatabase, sizeOf } from './database.ts';
import * as facts from './facts.ts';
import * as notes from './notes.ts';
import * as outbox from './outbox-rows.ts';
import * as people from './people.ts';
import { sign } from './seal.ts';
import type { Mode, Person, Store, Tab } from './store.ts';
import { tidy } from './tidy.ts';

export interface StoreOptions {
  /** The database's name, which names the router. */
  name: string;
  platform: Platform;
  /** Called once in this worker's life, when something could not be stored. Perhaps nothing can be stored from then on. */
  onFull: () => void;
}

/** If the database has not opened after this time, the worker goes on without it, so that no page waits. */
const OPEN_LIMIT_MS = 5_000;
/** The wait for an earlier version of the worker, which finishes writing before its connection closes. */
const BLOCKED_LIMIT_MS = 2_000;

export function openStore({ name: databaseName, platform, onFull }: StoreOptions): Store {
  const tabs = new Map<string, Tab>();
  /** Tabs that are just naming a person. Their questions wait until that is done. */
  const naming = new Map<string, Promise<Tab>>();
  /** Raised whenever a tab's person may have changed. Reads that began before are then not remembered. */
  let changes = 0;
  // These two are kept in memory, because every question needs them and each read of the database delays it.
  const featuresOf = new Map<string, Features>();
  let clockOffset: number | undefined;
  /** The time of the latest note. No two notes get the same millisecond, so the newest one is known. */
  let notedAt = 0;
  let connection: Promise<Database> | undefined;
  let isTold = false;

  const lose = (): void => {
    connection = undefined;
  };

  const full = (): void => {
    if (isTold) return;
    isTold = true;
    onFull();
  };

  function open(): Promise<Database> {
    return new Promise((resolve, reject) => {
      const giveUp = () => reject(new DOMException('It does not open.', 'TimeoutError'));
      const limits = [platform.after(OPEN_LIMIT_MS, giveUp)];
      openDatabase(databaseName, lose, () => limits.push(platform.after(BLOCKED_LIMIT_MS, giveUp)))
        .then(resolve, reject)
        .finally(() => {
          for (const callOff of limits) callOff();
        });
    });
  }

  /** Runs `work` on the database. Returns `otherwise` if the database fails. */
  async function using<T, O>(otherwise: O, work: (db: Database) => Promise<T>): Promise<T | O> {
    for (let tries = 1; ; tries += 1) {
      try {
        connection ??= open();
        return await work(await connection);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        if (error.name === 'QuotaExceededError') throw error;
        lose();
        // The browser closed the connection; the next one may work.
        if (error.name === 'InvalidStateError' && tries === 1) continue;
        full();
        return otherwise;
      }
    }
  }

  /** Runs a write. On a full disk it evicts older answers and tries once more. */
  async function writing<T, O>(otherwise: O, work: (db: Database) => Promise<T>): Promise<T | O> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await using(otherwise, work);
      } catch (error) {
        if (!(error instanceof DOMException)) throw error;
        if (tries === 1 && (await using(false, answers.makeRoom))) continue;
        full();
        return otherwise;
      }
    }
  }

  const forgetTabs = (part: string): void => {
    changes += 1;
    featuresOf.delete(part);
    for (const [clientId, { person }] of tabs) if (person?.part === part) tabs.delete(clientId);
  };

  /**
   * Another worker of this origin may have signed the person out, or cleared their data. Then this worker's memory of the tabs is out of
   * date.
   */
  function noteGone<T>(person: Person, result: T): T {
    if (result === 'gone') forgetTabs(person.part);
    return result;
  }

  const person = (wanted: string) => writing(null, (db) => people.makePerson(db, wanted, platform));

  async function tabOf(clientId: string): Promise<Tab | undefined> {
    const known = naming.get(clientId) ?? tabs.get(clientId);
    if (known !== undefined) return known;
    const before = changes;
    const read = await using(undefined, (db) => people.readTab(db, clientId));
    if (read !== undefined && changes === before) tabs.set(clientId, read);
    return read;
  }

  async function name(clientId: string, wanted: string | null): Promise<Tab> {
    const named = wanted === null ? null : await person(wanted);
    const tab = await writing(people.tabWithoutPerson(platform), (db) =>
      people.writeTab(db, clientId, named, platform),
    );
    tabs.set(clientId, tab);
    return tab;
  }

  return {
    person,
    tab: tabOf,

    async nameTab(clientId, wanted) {
      // The previous person is out of reach before anything is awaited. Names are set in order of arrival, so the last one stays.
      changes += 1;
      const before = naming.get(clientId);
      const named = before === undefined ? name(clientId, wanted) : before.then(() => name(clientId, wanted));
      naming.set(clientId, named);
      return named.finally(() => {
        if (naming.get(clientId) === named) naming.delete(clientId);
      });
    },

    tabsOf: (of) => using([], (db) => people.tabsOf(db, of)),

    peopleWithQueue: () =>
      using([], async (db) => {
        const found = await Promise.all((await outbox.partsWithQueue(db)).map((part) => people.findPerson(db, part)));
        return found.filter((one) => one !== null);
      }),

    async tidy(openClientIds) {
      const open = new Set(openClientIds);
      for (const clientId of tabs.keys()) if (!open.has(clientId)) tabs.delete(clientId);
      await using(undefined, (db) => tidy(db, openClientIds, platform.now()));
    },

    keyOf: sign,
    answer: (of, key) => using(undefined, (db) => answers.readAnswer(db, of, key)),
    keep: async (of, key, kept, sent) =>
      noteGone(of, await writing('full' as const, (db) => answers.keepAnswer(db, of, key, kept, sent))),
    sendingKey: (of, key, fresh, isReusable) =>
      writing(fresh, (db) => answers.sendingKey(db, of, key, fresh, isReusable)),
    delivered: (of, key, sent) => using(undefined, (db) => answers.forgetSent(db, of, key, sent)),

    queued: (of) => using([], (db) => outbox.readQueued(db, of)),
    enqueue: async (of, row, question, admit) =>
      noteGone(of, await writing('full' as const, (db) => outbox.enqueue(db, of, row, question, admit))),
    question: (of, id) => using(undefined, (db) => outbox.readQuestion(db, of, id)),
    changeQueued: (of, id, decide) => writing(undefined, (db) => outbox.changeQueued(db, of, id, decide)),
    answerQueued: (of, row, answer, sentUnder, copy) =>
      writing(undefined, (db) => outbox.answerQueued(db, of, row, answer, sentUnder, copy)),
    requeue: (of, id, row) => writing(undefined, (db) => outbox.requeue(db, of, id, row)),
    queuedAnswer: (of, id) => using(undefined, (db) => outbox.readQueuedAnswer(db, of, id)),

    notes: (of, prefix) => using([], (db) => notes.listNotes(db, of, prefix)),
    note: (of, name) => using(undefined, (db) => notes.readNote(db, of, name)),
    async putNote(of, name, text) {
      notedAt = Math.max(notedAt + 1, platform.now());
      const changedAt = notedAt;
      return noteGone(of, await writing('full' as const, (db) => notes.putNote(db, of, { name, text, changedAt })));
    },
    deleteNote: (of, name) => writing(undefined, (db) => db.delete('notes', [of.part, name])),

    mode: async () => ((await using(undefined, (db) => db.get('facts', 'mode'))) as Mode | undefined) ?? 'auto',
    setMode: async (mode) => void (await writing(undefined, (db) => db.put('facts', mode, 'mode'))),
    async clockOffsetMs() {
      if (clockOffset !== undefined) return clockOffset;
      const read = (await using(undefined, (db) => db.get('facts', 'clockOffsetMs'))) as number | undefined;
      // The offset may have been set during the read.
      clockOffset ??= read ?? 0;
      return clockOffset;
    },
    async setClockOffsetMs(offsetMs) {
      clockOffset = offsetMs;
      await writing(undefined, (db) => db.put('facts', offsetMs, 'clockOffsetMs'));
    },
    async features(of) {
      const known = featuresOf.get(of.part) ?? (await using(undefined, (db) => facts.readFeatures(db, of)));
      if (known !== undefined) featuresOf.set(of.part, known);
      return known;
    },
    async setFeatures(of, features) {
      await writing(undefined, (db) => facts.writeFeatures(db, of, features));
      featuresOf.set(of.part, features);
    },

    report: (of, report) => writing(undefined, (db) => facts.addReport(db, of, report)),
    reports: (of, limit) => using([], (db) => facts.readReports(db, of, limit)),
    reported: (of, ids) => using(undefined, (db) => facts.forgetReports(db, of, ids)),

    usage: (of) =>
      using({ answers: 0, bytes: 0, queued: 0 }, async (db) => {
        const [kept, noted, queued] = await Promise.all([
          sizeOf(db, 'answers', of),
          sizeOf(db, 'notes', of),
          outbox.readQueued(db, of),
        ]);
        return {
          answers: kept.rows,
          bytes: kept.bytes + noted.bytes,
          queued: queued.filter(({ state }) => state === 'waiting' || state === 'sending').length,
        };
      }),
    async clear(of) {
      forgetTabs(of.part);
      const names = await writing([], (db) => people.renewPerson(db, of, platform));
      forgetTabs(of.part);
      return names;
    },
    async signOut(of) {
      forgetTabs(of.part);
      const told = await writing(null, (db) => people.forgetPerson(db, of, platform));
      // A request may have read its tab again in the meantime.
      forgetTabs(of.part);
      return told;
    },
  };
}
