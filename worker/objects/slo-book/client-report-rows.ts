/** What clients have reported to the book, kept so that each rater and each id counts once: rows in, rows out (docs/storage.md). */
import { KEEP_RECEIPTS_MS } from '../../core/slo/receipt.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS told (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, body TEXT NOT NULL)`;
const MOST_ROWS = 200_000;
/** How many old rows are deleted at a time. More than one, so that the table shrinks again. */
const FORGOTTEN_AT_ONCE = 3;

/** The table `told`; its numbers are the order of writing. */
export class ClientReportRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  /** What was reported under this id. */
  find(id: string): string | undefined {
    return this.#sql.exec<{ body: string }>('SELECT body FROM told WHERE id = ?', id).toArray()[0]?.body;
  }

  /** The bodies of at most `most` reports about a request. Their ids begin with the request's. */
  ofRequest(requestId: string, most = 100): string[] {
    return this.#sql
      .exec<{ body: string }>(
        'SELECT body FROM told WHERE id > ? AND id < ? LIMIT ?',
        ...[`${requestId} `, `${requestId}!`, most],
      )
      .toArray()
      .map(({ body }) => body);
  }

  /** Replaces what was reported before. The oldest are deleted to make room. */
  keep(id: string, body: string, now: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO told (id, at, body) VALUES (?, ?, ?)', id, now, body);
    this.#sql.exec(
      `DELETE FROM told WHERE number IN (SELECT number FROM told ORDER BY number LIMIT ?)
       AND (at < ? OR number <= (SELECT MAX(number) FROM told) - ?)`,
      ...[FORGOTTEN_AT_ONCE, now - KEEP_RECEIPTS_MS, MOST_ROWS],
    );
  }
}
