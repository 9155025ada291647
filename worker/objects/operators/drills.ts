/** The table of drills in `Operators`: rows in, rows out (docs/storage.md). */
import type { DrillRecord } from '../../core/operators/drill.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS drill (
  id TEXT PRIMARY KEY, keyId TEXT NOT NULL, feature TEXT, maxCostUsd REAL NOT NULL, startedAt INTEGER NOT NULL,
  until INTEGER NOT NULL, who TEXT NOT NULL) WITHOUT ROWID`;

/** Drills are kept as long as the changes that started them (`KEEP_CHANGES_MS`). */
const KEEP_DRILLS_MS = 400 * 86_400_000;
const MOST_SHOWN = 100;

type DrillRow = DrillRecord & Record<string, SqlStorageValue>;

/** The table `drill`. */
export class DrillRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  add({ id, keyId, feature, maxCostUsd, startedAt, until, who }: DrillRecord): void {
    this.#sql.exec('DELETE FROM drill WHERE until < ?', startedAt - KEEP_DRILLS_MS);
    this.#sql.exec(
      'INSERT INTO drill (id, keyId, feature, maxCostUsd, startedAt, until, who) VALUES (?, ?, ?, ?, ?, ?, ?)',
      ...[id, keyId, feature, maxCostUsd, startedAt, until, who],
    );
  }
  /** The drills that ran at some time between `from` and `to`, the newest first. */
  between(from: number, to: number): DrillRecord[] {
    const query = 'SELECT * FROM drill WHERE startedAt < ? AND until > ? ORDER BY startedAt DESC LIMIT ?';
    return this.#sql.exec<DrillRow>(query, to, from, MOST_SHOWN).toArray();
  }
}
