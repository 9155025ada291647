/** What `SloBook` has for other objects, kept until they have taken it: rows in, rows out (docs/storage.md). */
import type { Notice } from '../../core/alerts/notice.ts';
import type { PolicyOrder } from '../../core/slo/policy/policy.ts';

const TABLE = 'CREATE TABLE IF NOT EXISTS outbox (number INTEGER PRIMARY KEY, kind TEXT NOT NULL, body TEXT NOT NULL)';

interface Kinds {
  notice: Notice;
  order: PolicyOrder;
}

/** One thing to hand on. */
export interface Outgoing<Kind extends keyof Kinds> {
  number: number;
  body: Kinds[Kind];
}

/** The table `outbox`; its numbers are the order of writing. */
export class Outbox {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  add<Kind extends keyof Kinds>(kind: Kind, bodies: readonly Kinds[Kind][]): void {
    for (const body of bodies)
      this.#sql.exec('INSERT INTO outbox (kind, body) VALUES (?, ?)', kind, JSON.stringify(body));
  }

  /** The oldest things of a kind, at most `most` of them. */
  first<Kind extends keyof Kinds>(kind: Kind, most: number): Outgoing<Kind>[] {
    return this.#sql
      .exec<{ number: number; body: string }>(
        'SELECT number, body FROM outbox WHERE kind = ? ORDER BY number LIMIT ?',
        ...[kind, most],
      )
      .toArray()
      .map(({ number, body }) => ({ number, body: JSON.parse(body) as Kinds[Kind] }));
  }

  /** Deletes what was taken. */
  forget(taken: readonly Outgoing<keyof Kinds>[]): void {
    for (const { number } of taken) this.#sql.exec('DELETE FROM outbox WHERE number = ?', number);
  }
}
