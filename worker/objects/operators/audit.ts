/** The table of changes in `Operators`: rows in, rows out (docs/storage.md). */
import { auditValue } from '../../core/operators/audit-value.ts';
import type { AuditBegin, AuditEntry } from '../../core/operators/operators.ts';

// AUTOINCREMENT: the number of a dropped row is never given again, so numbers keep the order of calls.
const TABLE = `CREATE TABLE IF NOT EXISTS audit (
  number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, at INTEGER NOT NULL, who TEXT NOT NULL,
  call TEXT NOT NULL, what TEXT NOT NULL, "from" TEXT, "to" TEXT)`;

export const MOST_CHANGES = 10_000;
export const KEEP_CHANGES_MS = 400 * 86_400_000;
const LEAVE_AT_ONCE = 100;

interface Row extends Record<string, SqlStorageValue> {
  number: number;
  id: string;
  at: number;
  who: string;
  call: string;
  what: string;
  /** Null in both: never finished. */
  from: string | null;
  to: string | null;
}

export class AuditRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  begin({ id, who, call, what }: AuditBegin, now: number): void {
    this.#sql.exec('INSERT INTO audit (id, at, who, call, what) VALUES (?, ?, ?, ?, ?)', ...[id, now, who, call, what]);
    this.#forgetOld(now);
  }

  finish(id: string, from: unknown, to: unknown): void {
    this.#sql.exec('UPDATE audit SET "from" = ?, "to" = ? WHERE id = ?', auditValue(from), auditValue(to), id);
  }

  drop(id: string): void {
    this.#sql.exec('DELETE FROM audit WHERE id = ?', id);
  }

  /** The newest first; `before` is the number of the last one seen. */
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
    // Some of the oldest at each change: no change has to look through all rows.
    this.#sql.exec(
      'DELETE FROM audit WHERE number IN (SELECT number FROM audit ORDER BY number LIMIT ?) AND at <= ?',
      ...[LEAVE_AT_ONCE, now - KEEP_CHANGES_MS],
    );
  }
}
