/** The alerts in `Alerts` and their way to each webhook: rows in, rows out (docs/storage.md). */
import { type AlertView, type BudgetAlert, type DeliveryState, nameOf } from '../../core/alerts/alert.ts';
import { KEEP_TRYING_MS, MOST_SHOWN, MOST_WAITING } from '../../core/alerts/limits.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS alert (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, id TEXT NOT NULL, takenAt INTEGER NOT NULL, alert TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS delivery (
    hook TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER, detail TEXT,
    PRIMARY KEY (hook, number)) WITHOUT ROWID`;

/** An alert that one webhook has not taken yet. */
export interface Waiting {
  number: number;
  id: string;
  alert: BudgetAlert;
}

/** A delivery that has waited too long, or stands behind too many others. */
export interface Overdue {
  number: number;
  reason: 'too many were waiting' | 'was tried for too long';
}

interface AlertRow extends Record<string, SqlStorageValue> {
  number: number;
  id: string;
  alert: string;
}

/** The tables `alert` and `delivery`. */
export class AlertRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  /** Adds an alert once, however often it comes, with a delivery for each of these webhooks. */
  add(alert: BudgetAlert, id: string, hooks: readonly string[], now: number): void {
    const insert =
      'INSERT INTO alert (name, id, takenAt, alert) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number';
    const [added] = this.#sql.exec<{ number: number }>(insert, nameOf(alert), id, now, JSON.stringify(alert)).toArray();
    if (added === undefined) return;
    for (const hook of hooks) {
      this.#sql.exec("INSERT INTO delivery (hook, number, state) VALUES (?, ?, 'waiting')", hook, added.number);
    }
  }

  /**
   * Deliveries to give up: those that have waited too long, and those beyond the limit. Of these the oldest of the tenant
   * with the most go first, so that no tenant pushes out another's. Never includes `sending`.
   */
  overdue(hook: string, now: number, sending: number | undefined): Overdue[] {
    return this.#sql
      .exec<{ number: number; place: number }>(
        `SELECT number, place FROM (
           SELECT number, takenAt, ROW_NUMBER() OVER (ORDER BY own, number DESC) AS place FROM (
             SELECT number, takenAt, ROW_NUMBER() OVER (PARTITION BY alert ->> 'tenant' ORDER BY number DESC) AS own
             FROM delivery JOIN alert USING (number) WHERE hook = ?1 AND state = 'waiting'))
         WHERE (place > ?2 OR takenAt <= ?3) AND number IS NOT ?4 ORDER BY number`,
        ...[hook, MOST_WAITING, now - KEEP_TRYING_MS, sending ?? null],
      )
      .toArray()
      .map(({ number, place }) => ({
        number,
        reason: place > MOST_WAITING ? 'too many were waiting' : 'was tried for too long',
      }));
  }

  /** All that waits for a webhook of one tenant, oldest first. */
  waitingOf(hook: string, tenant: string): number[] {
    return this.#sql
      .exec<{ number: number }>(
        `SELECT number FROM delivery JOIN alert USING (number)
         WHERE hook = ? AND state = 'waiting' AND alert ->> 'tenant' = ? ORDER BY number`,
        ...[hook, tenant],
      )
      .toArray()
      .map(({ number }) => number);
  }

  /** The oldest alert that waits for a webhook: each webhook receives them in order. */
  first(hook: string): Waiting | undefined {
    const [row] = this.#sql
      .exec<AlertRow>(
        `SELECT number, id, alert FROM delivery JOIN alert USING (number)
         WHERE hook = ? AND state = 'waiting' ORDER BY number LIMIT 1`,
        hook,
      )
      .toArray();
    return row && { number: row.number, id: row.id, alert: JSON.parse(row.alert) as BudgetAlert };
  }

  /** How many alerts wait for each webhook. Webhooks without any are left out. */
  waiting(): Map<string, number> {
    const rows = this.#sql
      .exec<{ hook: string; rows: number }>(
        "SELECT hook, COUNT(*) AS rows FROM delivery WHERE state = 'waiting' GROUP BY hook ORDER BY hook",
      )
      .toArray();
    return new Map(rows.map(({ hook, rows }) => [hook, rows]));
  }

  /** Alerts with their deliveries, newest first, with numbers below `before`. */
  list(before: number, most: number): (AlertView & { number: number })[] {
    const rows = this.#sql
      .exec<AlertRow>('SELECT number, id, alert FROM alert WHERE number < ? ORDER BY number DESC LIMIT ?', before, most)
      .toArray();
    return rows.map(({ number, id, alert }) => {
      const deliveries = this.#sql
        .exec<{ hook: string; state: DeliveryState; at: number | null; detail: string | null }>(
          'SELECT hook, state, at, detail FROM delivery WHERE number = ? ORDER BY hook',
          number,
        )
        .toArray();
      return { number, id, ...(JSON.parse(alert) as BudgetAlert), deliveries };
    });
  }

  /** Ends one delivery. */
  end(hook: string, number: number, state: DeliveryState, detail: string, now: number): void {
    this.#sql.exec(
      'UPDATE delivery SET state = ?, at = ?, detail = ? WHERE hook = ? AND number = ?',
      ...[state, now, detail, hook, number],
    );
  }

  /** Deletes the oldest alerts that no webhook still waits for. */
  forgetOld(): void {
    const [oldest] = this.#sql
      .exec<{ number: number }>('SELECT number FROM alert ORDER BY number DESC LIMIT 1 OFFSET ?', MOST_SHOWN)
      .toArray();
    if (oldest === undefined) return;
    const isOver = "number <= ? AND number NOT IN (SELECT number FROM delivery WHERE state = 'waiting')";
    this.#sql.exec(`DELETE FROM delivery WHERE ${isOver}`, oldest.number);
    this.#sql.exec(`DELETE FROM alert WHERE ${isOver}`, oldest.number);
  }
}
