/** The snapshots of the book: rows in, rows out (docs/storage.md). */
import type { SavedRow } from '../../core/slo/book/series-set.ts';

// The table is WITHOUT ROWID, because the text key of any other table is an index, and so a second row on every write.
const TABLE = 'CREATE TABLE IF NOT EXISTS snapshot (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID';
const WRITE = 'INSERT INTO snapshot (name, body) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET body = excluded.body';
const FORGET = 'DELETE FROM snapshot WHERE name BETWEEN ? AND ?';
/** The name of the head's row. No part of the book has this name. */
const HEAD = '';
/** SQLite takes 2 MB in one row. A longer text is split over several rows, and rows that it no longer needs are deleted. */
const LONGEST = 500_000;
const continued = (name: string, part: number): string => (part === 0 ? name : `${name}\n${1_000 + part}`);

/** How far the snapshot reaches. */
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
    const query = 'SELECT * FROM snapshot WHERE name <> ? ORDER BY name';
    let whole: SavedRow | undefined;
    for (const { name, body } of this.#sql.exec<{ name: string; body: string }>(query, HEAD)) {
      if (whole !== undefined && name.startsWith(`${whole[0]}\n`)) {
        whole[1] += body;
        continue;
      }
      if (whole !== undefined) yield whole;
      whole = [name, body];
    }
    if (whole !== undefined) yield whole;
  }

  /** Writes what has changed since the last snapshot. */
  write(changed: Iterable<SavedRow>, through: number): SnapshotHead {
    let rows = 1;
    for (const [name, text] of changed) {
      const parts = Math.ceil(text.length / LONGEST);
      for (let part = 0; part < parts; part++) {
        this.#sql.exec(WRITE, continued(name, part), text.slice(part * LONGEST, (part + 1) * LONGEST));
      }
      rows += Math.max(1, parts);
      this.#sql.exec(FORGET, continued(name, parts), `${name}\n9`);
    }
    const head = { through, rows };
    this.#sql.exec(WRITE, HEAD, JSON.stringify(head));
    return head;
  }
}
