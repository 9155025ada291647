/** The table of changes in `Operators`: rows in, rows out (docs/storage.md). */
import { auditValue } from '../../core/operators/audit-value.ts';
import type { AuditBegin, AuditEntry } from '../../core/operators/operators.ts';

// AUTOINCREMENT never reuses the number of a deleted row, so numbers keep the order of calls.
const TABLE = `CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL,
  call TEXT NOT NULL, what TEXT NOT NULL, "from" TEXT, "to" TEXT)`;

/** At most this many changes are kept. */
export const MOST_CHANGES = 10_000;
/** A change is kept at most this long. */
export const KEEP_CHANGES_MS = 400 * 86_400_000;
/** Each change deletes at most this many that are too old. */
const MOST_FORGOTTEN_AT_ONCE = 100;

interface Row extends Record<string, SqlStorageValue> {
  number: number;
  id: string;
  at: number;
  who: string;
  call: string;
  what: string;
  /** `from` and `to` are null until the change is known to be made. */
  from: string | null;
  to: string | null;
}

/** The table `audit`. */
export class AuditRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  /** Returns false if a change with this id was begun before. */
  begin({ id, who, call, what }: AuditBegin, now: number): boolean {
    const insert =
      'INSERT INTO audit (id, at, who, call, what) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING RETURNING number';
    const isNew = this.#sql.exec(insert, ...[id, now, who, call, what]).toArray().length > 0;
    this.#forgetOld(now);
    return isNew;
  }

  finish(id: string, from: unknown, to: unknown): void {
    this.#sql.exec('UPDATE audit SET "from" = ?, "to" = ? WHERE id = ?', auditValue(from), auditValue(to), id);
  }

  drop(id: string): void {
    this.#sql.exec('DELETE FROM audit WHERE id = ?', id);
  }

  /** The changes with numbers below `before`, the newest first. */
  list(before: number, most: number, now: number): AuditEntry[] {
    return this.#sql
      .exec<Row>(
        'SELECT * FROM audit WHERE number < ? AND at > ? ORDER BY number DESC LIMIT ?',
        ...[before, now - KEEP_CHANGES_MS, most],
      )
      .toArray()
      .map(({ from, to, ...entry }) => {
        if (from === null || to === null) return { ...entry, from: null, to: null, pending: true };
        return { ...entry, from: JSON.parse(from) as unknown, to: JSON.parse(to) as unknown };
      });
  }

  #forgetOld(now: number): void {
    this.#sql.exec(
      'DELETE FROM audit WHERE number <= (SELECT number FROM audit ORDER BY number DESC LIMIT 1 OFFSET ?)',
      MOST_CHANGES,
    );
    // Only the oldest rows are looked at, so that no change has to read the whole table.
    this.#sql.exec(
      'DELETE FROM audit WHERE number IN (SELECT number FROM audit ORDER BY number LIMIT ?) AND at <= ?',
      ...[MOST_FORGOTTEN_AT_ONCE, now - KEEP_CHANGES_MS],
    );
  }
}
