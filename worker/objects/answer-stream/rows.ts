/** The tables of one `AnswerStream`: rows in, rows out, no rule (docs/storage.md). They are made when something is kept. */

import { utf8Bytes } from '../../../protocol/utf8-bytes.ts';
import { readEnding } from '../../core/answers/stream/earlier-head.ts';
import type { Ending } from '../../core/answers/stream/events.ts';
import { KEEP_MS, SHARED_IN_MEMORY_BYTES } from '../../core/answers/stream/limits.ts';
import type { Page } from '../../core/answers/stream/pages.ts';
import type { AnswerRecord } from '../../core/answers/stream/record.ts';
import type { PageStore, StoredLog } from './log.ts';

// INTEGER PRIMARY KEY: any other key is an index, and a second row on every write. `text` last: it is not read with the index.
const TABLES = `
  CREATE TABLE IF NOT EXISTS answer (id INTEGER PRIMARY KEY CHECK (id = 1), record TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS pages (number INTEGER PRIMARY KEY, lastId INTEGER NOT NULL, ending TEXT, text TEXT NOT NULL)`;

export class AnswerRows implements PageStore {
  readonly #storage: DurableObjectStorage;
  #hasTables: boolean | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** An object that was never used, or has forgotten, is asked often and must not begin to exist by that. */
  get hasTables(): boolean {
    this.#hasTables ??=
      this.#storage.sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'answer'").toArray().length > 0;
    return this.#hasTables;
  }

  load(): { record: AnswerRecord; log: StoredLog } | undefined {
    if (!this.hasTables) return undefined;
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

  save(record: AnswerRecord): void {
    this.#exist(record.keepUntil);
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

  /** Everything, the alarm too: the object is as if it had never been. */
  async forget(): Promise<void> {
    if (!this.hasTables) return;
    this.#hasTables = false;
    await this.#storage.deleteAll();
  }

  /** Tables, and the one alarm after which nothing is left, whatever becomes of this life. */
  #exist(until: number): void {
    if (this.hasTables) return;
    this.#storage.sql.exec(TABLES);
    this.#hasTables = true;
    void this.#storage.setAlarm(until);
  }

  /** Of a shared answer that outgrew memory. */
  spill(now: number): void {
    this.#exist(now + KEEP_MS);
  }
}

/** Nobody can come back to a shared answer, so it costs no row while it is small. */
export class SharedPages implements PageStore {
  readonly #rows: AnswerRows;
  readonly #now: () => number;
  readonly #texts = new Map<number, string>();
  #bytes = 0;

  constructor(rows: AnswerRows, now: () => number) {
    this.#rows = rows;
    this.#now = now;
  }

  write(number: number, page: Page, ending: Ending | null): void {
    this.#bytes += utf8Bytes(page.text);
    if (this.#bytes <= SHARED_IN_MEMORY_BYTES) {
      this.#texts.set(number, page.text);
      return;
    }
    this.#rows.spill(this.#now());
    this.#rows.write(number, page, ending);
  }

  read(number: number): string {
    return this.#texts.get(number) ?? this.#rows.read(number);
  }
}
