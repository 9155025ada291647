/** The table of admin keys in `Operators`: rows in, rows out (docs/storage.md). */
import { KEY_ID_DIGITS } from '../../core/identity/key-format.ts';
import type { AdminKeyRecord } from '../../core/operators/operators.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS adminKey (
  id TEXT PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, scope TEXT NOT NULL, createdAt INTEGER NOT NULL,
  revokedAt INTEGER) WITHOUT ROWID`;

const FIELDS = 'id, name, scope, createdAt, revokedAt';

type Row = AdminKeyRecord & Record<string, SqlStorageValue>;

/** The table `adminKey`. */
export class AdminKeyRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  /** The key with this hash. Undefined if there is none, or if it was revoked. */
  byHash(hash: string): AdminKeyRecord | undefined {
    return this.#one('hash = ? AND revokedAt IS NULL', hash);
  }

  add({ hash, name, scope }: { hash: string; name: string; scope: AdminKeyRecord['scope'] }, now: number) {
    const record: AdminKeyRecord = { id: hash.slice(0, KEY_ID_DIGITS), name, scope, createdAt: now, revokedAt: null };
    this.#sql.exec(
      'INSERT INTO adminKey (id, hash, name, scope, createdAt) VALUES (?, ?, ?, ?, ?)',
      ...[record.id, hash, name, scope, now],
    );
    return record;
  }

  /** All keys, revoked ones included, oldest first. */
  all(): AdminKeyRecord[] {
    return this.#sql.exec<Row>(`SELECT ${FIELDS} FROM adminKey ORDER BY createdAt, id`).toArray();
  }

  /** Revokes a key. One that was revoked before keeps the time of its first revocation. */
  revoke(id: string, now: number): { before: AdminKeyRecord; after: AdminKeyRecord } | undefined {
    const before = this.#one('id = ?', id);
    if (before === undefined) return undefined;
    if (before.revokedAt !== null) return { before, after: before };
    this.#sql.exec('UPDATE adminKey SET revokedAt = ? WHERE id = ?', now, id);
    return { before, after: { ...before, revokedAt: now } };
  }

  #one(where: string, value: string): AdminKeyRecord | undefined {
    return this.#sql.exec<Row>(`SELECT ${FIELDS} FROM adminKey WHERE ${where}`, value).toArray()[0];
  }
}
