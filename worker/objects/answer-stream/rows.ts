/** The tables of one `AnswerStream`: rows in, rows out (docs/storage.md). They are created when something is first kept. */
import { readEnding } from '../../core/answers/stream/earlier-head.ts';
import type { Ending } from '../../core/answers/stream/events.ts';
import type { Page } from '../../core/answers/stream/pages.ts';
import type { AnswerRecord } from '../../core/answers/stream/record.ts';
import type { PageStore, StoredLog } from './log.ts';

// An INTEGER PRIMARY KEY, because any other key is an index, and a second row on every write. `text` is last, so that the ids can be
// read without it.
const TABLES = `
  CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY CHECK (id = 1), record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pages (number INTEGER PRIMARY KEY, lastId INTEGER NOT NULL, ending TEXT, text TEXT NOT NULL)`;

/** The tables `answer` and `pages`. */
export class AnswerRows implements PageStore {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Objects that were never used, or have forgotten everything, are often asked. Such a question must not store anything. */
  get #exists(): boolean {
    this.#hasTables ??=
      this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'answer'").toArray().length > 0;
    return this.#hasTables;
  }

  load(): { record: AnswerRecord; log: StoredLog } | undefined {
    if (!this.#exists) return undefined;
    const { sql } = this.#storage;
    const [row] = sql.exec<{ record: string }>('SELECT record FROM answer').toArray();
    if (row === undefined) return undefined;
    const pages = sql
      .exec<{ lastId: number; ending: string | null }>('SELECT lastId, ending FROM pages ORDER BY number')
      .toArray();
    const ending = pages[pages.length - 1]?.ending ?? null;
    const log = {
      lastIds: pages.map(({ lastId }) => lastId),
      ending: ending === null ? null : readEnding(JSON.parse(ending)),
    };
    return { record: JSON.parse(row.record) as AnswerRecord, log };
  }

  /** The first record creates the tables, and sets the one alarm that deletes everything in the end, even if the object restarts. */
  save(record: AnswerRecord): void {
    if (!this.#exists) {
      this.#storage.sql.exec(TABLES);
      this.#hasTables = true;
      void this.#storage.setAlarm(record.keepUntil);
    }
    this.#storage.sql.exec(
      'INSERT INTO answer (id, record) VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET record = excluded.record',
      JSON.stringify(record),
    );
  }

  write(number: number, { lastId, text }: Page, ending: Ending | null): void {
    const endingText = ending && JSON.stringify(ending);
    const insert = 'INSERT INTO pages (number, lastId, ending, text) VALUES (?, ?, ?, ?)';
    this.#storage.sql.exec(insert, number, lastId, endingText, text);
  }

  read(number: number): string {
    return this.#storage.sql.exec<{ text: string }>('SELECT text FROM pages WHERE number = ?', number).one().text;
  }

  /** Deletes everything, the alarm too. */
  async forget(): Promise<void> {
    if (!this.#exists) return;
    this.#hasTables = false;
    await this.#storage.deleteAll();
  }
}
