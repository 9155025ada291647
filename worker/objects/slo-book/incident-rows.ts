/** Incidents: rows in, rows out (docs/storage.md). */
import type { Incident } from '../../core/slo/incident.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS incident (
  number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, openedAt INTEGER NOT NULL, closedAt INTEGER, body TEXT NOT NULL)`;

/** At most this many are kept, each for at most this long. */
const MOST = { rows: 1_000, ms: 400 * 86_400_000 };

interface Row extends Record<string, SqlStorageValue> {
  number: number;
  body: string;
}

/** The table `incident`; its numbers are the order of opening. */
export class IncidentRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  find(id: string): Incident | undefined {
    const [row] = this.#sql.exec<Row>('SELECT number, body FROM incident WHERE id = ?', id).toArray();
    return row && (JSON.parse(row.body) as Incident);
  }

  /** Writes a new incident, or a change of one. The oldest are deleted to make room. */
  save({ id, openedAt, closedAt, ...incident }: Incident, now: number): void {
    this.#sql.exec(
      `INSERT INTO incident (id, openedAt, closedAt, body) VALUES (?, ?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET closedAt = excluded.closedAt, body = excluded.body`,
      ...[id, openedAt, closedAt, JSON.stringify({ id, openedAt, closedAt, ...incident })],
    );
    this.#sql.exec(
      'DELETE FROM incident WHERE openedAt < ? OR number <= (SELECT MAX(number) FROM incident) - ?',
      ...[now - MOST.ms, MOST.rows],
    );
  }

  /** Incidents that were open at some time since `at`, the newest first. */
  since(at: number): Incident[] {
    const query = 'SELECT number, body FROM incident WHERE closedAt IS NULL OR closedAt > ? ORDER BY number DESC';
    return this.#sql
      .exec<Row>(query, at)
      .toArray()
      .map(({ body }) => JSON.parse(body) as Incident);
  }

  /** Incidents with numbers below `before`, the newest first. */
  page(before: number, most: number): { number: number; incident: Incident }[] {
    return this.#sql
      .exec<Row>('SELECT number, body FROM incident WHERE number < ? ORDER BY number DESC LIMIT ?', before, most)
      .toArray()
      .map(({ number, body }) => ({ number, incident: JSON.parse(body) as Incident }));
  }

  /** When each incident was open. */
  times(): { openedAt: number; closedAt: number | null }[] {
    const query = 'SELECT openedAt, closedAt FROM incident ORDER BY number';
    return this.#sql.exec<{ openedAt: number; closedAt: number | null }>(query).toArray();
  }
}
