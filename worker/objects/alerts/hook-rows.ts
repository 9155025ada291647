/** The webhooks in `Alerts`, and how calling them went: rows in, rows out (docs/storage.md). */
import { type DeliveryHealth, HEALTHY_WEBHOOK } from '../../core/alerts/delivery-health.ts';

const TABLE = `CREATE TABLE IF NOT EXISTS hook (
  name TEXT PRIMARY KEY, failures INTEGER NOT NULL, nextTryAt INTEGER NOT NULL, lastError TEXT, lost INTEGER NOT NULL)
  WITHOUT ROWID`;

/** `lost` is how many alerts the webhook never received since the object was made. */
export type HookHealth = DeliveryHealth & { lost: number };

/** The table `hook`. A webhook without a row has never failed. */
export class HookRows {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    sql.exec(TABLE);
  }

  health(hook: string): HookHealth {
    const [row] = this.#sql
      .exec<{ failures: number; nextTryAt: number; lastError: string | null; lost: number }>(
        'SELECT failures, nextTryAt, lastError, lost FROM hook WHERE name = ?',
        hook,
      )
      .toArray();
    return row ?? { ...HEALTHY_WEBHOOK, lost: 0 };
  }

  /** Saves a webhook's health. Writes nothing if it was well and still is. */
  saveHealth(hook: string, health: DeliveryHealth): void {
    const before = this.health(hook);
    if (health === HEALTHY_WEBHOOK && before.failures === 0) return;
    this.#save(hook, { ...health, lost: before.lost });
  }

  countLost(hook: string): void {
    const before = this.health(hook);
    this.#save(hook, { ...before, lost: before.lost + 1 });
  }

  #save(hook: string, { failures, nextTryAt, lastError, lost }: HookHealth): void {
    this.#sql.exec(
      `INSERT INTO hook (name, failures, nextTryAt, lastError, lost) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (name) DO UPDATE SET failures = excluded.failures, nextTryAt = excluded.nextTryAt,
         lastError = excluded.lastError, lost = excluded.lost`,
      ...[hook, failures, nextTryAt, lastError, lost],
    );
  }
}
