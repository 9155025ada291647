/** The snapshots of the book: rows in, rows out (docs/storage.md). */
import type { SavedRow } from '../../core/slo/book/shelf.ts';

// WITHOUT ROWID: any other text key is an index, and a second row on every write.
const TABLE = 'CREATE TABLE IF NOT EXISTS snapshot (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID';
const WRITE = 'INSERT INTO snapshot (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body';
/** No part of the book has this name. */
const HEAD = '';

/** How far the snapshot goes. */
export interface SnapshotHead {
  /** The last row of the journal that it holds. */
  through: number;
  /** How many rows it took to write. */
  rows: number;
}

/** The table `snapshot`. */
export class Snapshots {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  head(): SnapshotHead {
    const [row] = this.#sql.exec<{ body: string }>('SELECT body FROM snapshot WHERE name = ?', HEAD).toArray();
    return row === undefined ? { through: 0, rows: 0 } : (JSON.parse(row.body) as SnapshotHead);
  }

  *rows(): Iterable<SavedRow> {
    const rows = this.#sql.exec<{ name: string; body: string }>('SELECT * FROM snapshot WHERE name <> ?', HEAD);
    for (const { name, body } of rows) yield [name, body];
  }

  /** Writes what has changed since the last one. */
  write(changed: Iterable<SavedRow>, through: number): SnapshotHead {
    let rows = 1;
    for (const [name, text] of changed) {
      this.#sql.exec(WRITE, name, text);
      rows++;
    }
    const head = { through, rows };
    this.#sql.exec(WRITE, HEAD, JSON.stringify(head));
    return head;
  }
}
