/** The snapshots of `SloBook`: rows in, rows out (docs/storage.md). */
import type { Source } from '../../core/slo/sources.ts';

const TABLE = 'CREATE TABLE IF NOT EXISTS snapshot (page INTEGER PRIMARY KEY, body TEXT NOT NULL)';
const WRITE = 'INSERT INTO snapshot (page, body) VALUES (?, ?) ON CONFLICT (page) DO UPDATE SET body = excluded.body';
const HEAD = 0;

/** What a snapshot says of the journal. */
export interface SnapshotHead {
  /** The last row of the journal that it holds. */
  through: number;
  sources: [string, Source][];
}

/** The table `snapshot`. */
export class Snapshots {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  head(): SnapshotHead {
    const [row] = this.#sql.exec<{ body: string }>('SELECT body FROM snapshot WHERE page = ?', HEAD).toArray();
    return row === undefined ? { through: 0, sources: [] } : (JSON.parse(row.body) as SnapshotHead);
  }

  write(head: SnapshotHead): void {
    this.#sql.exec(WRITE, HEAD, JSON.stringify(head));
  }
}
