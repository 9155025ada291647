/** The notices in `Alerts` and their way to each webhook: rows in, rows out (docs/storage.md). */
import type { DeliveryState } from '../../core/alerts/alert.ts';
import { readNotice } from '../../core/alerts/budget-notice.ts';
import { KEEP_TRYING_MS, MOST_SHOWN, MOST_WAITING } from '../../core/alerts/limits.ts';
import { isUrgent, type Notice } from '../../core/alerts/notice.ts';
import { prepareTables, severityRank } from './tables.ts';

/** A notice that one webhook has not taken yet. */
export interface WaitingNotice {
  number: number;
  id: string;
  notice: Notice;
}

/** A delivery to give up, because it has waited too long or is beyond the limit. */
export interface Overdue {
  number: number;
  reason: 'too many were waiting' | 'was tried for too long';
}

/** The tables `alert` and `delivery`. */
export class AlertRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    prepareTables(sql);
  }

  /** Adds a notice, with a delivery for each of these webhooks. Returns false and changes nothing if the notice was added before. */
  add(notice: Notice, id: string, hooks: readonly string[], now: number): boolean {
    const insert =
      'INSERT INTO alert (name, id, takenAt, alert, rank) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING RETURNING number';
    const row = [notice.name, id, now, JSON.stringify(notice), severityRank(notice.severity)];
    const [added] = this.#sql.exec<{ number: number }>(insert, ...row).toArray();
    if (added === undefined) return false;
    for (const hook of hooks) {
      this.#sql.exec("INSERT INTO delivery (hook, number, state) VALUES (?, ?, 'waiting')", hook, added.number);
    }
    return true;
  }

  /**
   * Deliveries to give up: those that have waited too long, and those beyond the limit of their severity. Of the latter, the
   * oldest of the tenant with the most go first. So no tenant pushes out another tenant's alerts, and no note pushes out a page.
   * Never includes `sending`.
   */
  overdue(hook: string, now: number, sending: number | undefined): Overdue[] {
    return this.#sql
      .exec<{ number: number; place: number }>(
        `SELECT number, place FROM (
           SELECT number, takenAt, ROW_NUMBER() OVER (PARTITION BY rank ORDER BY own, number DESC) AS place FROM (
             SELECT number, takenAt, rank,
               ROW_NUMBER() OVER (PARTITION BY rank, alert ->> 'tenant' ORDER BY number DESC) AS own
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

  /** The numbers of all alerts of one tenant, or of the whole service, that wait for a webhook, oldest first. */
  waitingOf(hook: string, tenant: string | null): number[] {
    return this.#sql
      .exec<{ number: number }>(
        `SELECT number FROM delivery JOIN alert USING (number)
         WHERE hook = ? AND state = 'waiting' AND alert ->> 'tenant' IS ? ORDER BY number`,
        ...[hook, tenant],
      )
      .toArray()
      .map(({ number }) => number);
  }

  /** What a webhook is sent next: the most urgent alert that waits for it, and of equally urgent ones the oldest. */
  first(hook: string): WaitingNotice | undefined {
    const [row] = this.#sql
      .exec<{ number: number; id: string; alert: string }>(
        `SELECT number, id, alert FROM delivery JOIN alert USING (number)
         WHERE hook = ? AND state = 'waiting' ORDER BY rank, number LIMIT 1`,
        hook,
      )
      .toArray();
    return row && { number: row.number, id: row.id, notice: readNotice(row.alert) };
  }

  /** Whether a page or an incident waits for a webhook. */
  isUrgent(hook: string): boolean {
    const first = this.first(hook);
    return first !== undefined && isUrgent(first.notice.severity);
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
