/** The tables of `Alerts`: rows in, rows out (docs/storage.md). */
import { type AlertView, type BudgetAlert, type DeliveryState, nameOf } from '../../core/alerts/alert.ts';
import { type DeliveryHealth, WELL } from '../../core/alerts/delivery-health.ts';
import { KEEP_TRYING_MS, MOST_SHOWN, MOST_WAITING } from '../../core/alerts/limits.ts';

const TABLES = `
  CREATE TABLE IF NOT EXISTS alert (
    number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, id TEXT NOT NULL, takenAt INTEGER NOT NULL, alert TEXT NOT NULL);
  CREATE TABLE IF NOT EXISTS delivery (
    hook TEXT NOT NULL, number INTEGER NOT NULL, state TEXT NOT NULL, at INTEGER, detail TEXT,
    PRIMARY KEY (hook, number)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS hook (
    name TEXT PRIMARY KEY, failures INTEGER NOT NULL, nextTryAt INTEGER NOT NULL, lastError TEXT, lost INTEGER NOT NULL)
    WITHOUT ROWID`;

export interface Waiting {
  number: number;
  id: string;
  alert: BudgetAlert;
}

interface AlertRow extends Record<string, SqlStorageValue> {
  number: number;
  id: string;
  alert: string;
}

export class AlertsRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLES);
  }

  /** Kept once, however often it comes; waiting for each of these webhooks. */
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
   * Gives up what waits too long, or is too many: the oldest of the tenant that has most, so that none pushes another's out.
   * Never the one that is being sent. Returns how many.
   */
  giveUp(hook: string, now: number, sending: number | undefined): number {
    const overdue = this.#sql
      .exec<{ number: number; place: number }>(
        `SELECT number, place FROM (
           SELECT number, takenAt, ROW_NUMBER() OVER (ORDER BY own, number DESC) AS place FROM (
             SELECT number, takenAt, ROW_NUMBER() OVER (PARTITION BY alert ->> 'tenant' ORDER BY number DESC) AS own
             FROM delivery JOIN alert USING (number) WHERE hook = ?1 AND state = 'waiting'))
         WHERE (place > ?2 OR takenAt <= ?3) AND number IS NOT ?4 ORDER BY number`,
        ...[hook, MOST_WAITING, now - KEEP_TRYING_MS, sending ?? null],
      )
      .toArray();
    for (const { number, place } of overdue) {
      this.#lose(hook, number, place > MOST_WAITING ? 'too many were waiting' : 'was tried for too long', now);
    }
    return overdue.length;
  }

  /** Gives up all that waits of one tenant; returns how many. */
  giveUpAll(hook: string, tenant: string, why: string, now: number): number {
    const rows = this.#sql
      .exec<{ number: number }>(
        `SELECT number FROM delivery JOIN alert USING (number)
         WHERE hook = ? AND state = 'waiting' AND alert ->> 'tenant' = ? ORDER BY number`,
        ...[hook, tenant],
      )
      .toArray();
    for (const { number } of rows) this.#lose(hook, number, why, now);
    return rows.length;
  }

  #lose(hook: string, number: number, why: string, now: number): void {
    const { failures, nextTryAt, lastError, lost } = this.standing(hook);
    this.#end(hook, number, 'lost', lastError === null ? why : `${why}; last: ${lastError}`, now);
    this.#saveHook(hook, { failures, nextTryAt, lastError }, lost + 1);
  }

  sent(hook: string, number: number, detail: string, now: number): void {
    this.#end(hook, number, 'sent', detail, now);
  }

  /** The oldest that waits; a webhook is told in order. */
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

  /** How many wait for each webhook that somebody waits for. */
  waiting(): Map<string, number> {
    const rows = this.#sql
      .exec<{ hook: string; rows: number }>(
        "SELECT hook, COUNT(*) AS rows FROM delivery WHERE state = 'waiting' GROUP BY hook ORDER BY hook",
      )
      .toArray();
    return new Map(rows.map(({ hook, rows }) => [hook, rows]));
  }

  standing(hook: string): DeliveryHealth & { lost: number } {
    const [row] = this.#sql
      .exec<{ failures: number; nextTryAt: number; lastError: string | null; lost: number }>(
        'SELECT failures, nextTryAt, lastError, lost FROM hook WHERE name = ?',
        hook,
      )
      .toArray();
    return row ?? { ...WELL, lost: 0 };
  }

  saveStanding(hook: string, standing: DeliveryHealth): void {
    const before = this.standing(hook);
    if (standing === WELL && before.failures === 0) return;
    this.#saveHook(hook, standing, before.lost);
  }

  /** Newest first; `before` is the number of the last one seen. */
  alerts(before: number, most: number): (AlertView & { number: number })[] {
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

  /** Forgets the oldest that nobody waits for. */
  forgetOld(): void {
    const [oldest] = this.#sql
      .exec<{ number: number }>('SELECT number FROM alert ORDER BY number DESC LIMIT 1 OFFSET ?', MOST_SHOWN)
      .toArray();
    if (oldest === undefined) return;
    const isOver = "number <= ? AND number NOT IN (SELECT number FROM delivery WHERE state = 'waiting')";
    this.#sql.exec(`DELETE FROM delivery WHERE ${isOver}`, oldest.number);
    this.#sql.exec(`DELETE FROM alert WHERE ${isOver}`, oldest.number);
  }

  #end(hook: string, number: number, state: DeliveryState, detail: string, now: number): void {
    this.#sql.exec(
      'UPDATE delivery SET state = ?, at = ?, detail = ? WHERE hook = ? AND number = ?',
      ...[state, now, detail, hook, number],
    );
  }

  #saveHook(hook: string, { failures, nextTryAt, lastError }: DeliveryHealth, lost: number): void {
    this.#sql.exec(
      `INSERT INTO hook (name, failures, nextTryAt, lastError, lost) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, nextTryAt = excluded.nextTryAt,
         lastError = excluded.lastError, lost = excluded.lost`,
      ...[hook, failures, nextTryAt, lastError, lost],
    );
  }
}
