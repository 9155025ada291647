/** Hands the crossings that a ledger noted to `Alerts`, behind the ledger's replies, and repeats this until `Alerts` has them. */
import type { Crossing } from '../../core/ledger/book/rows.ts';
import { forgetDelivered, undelivered } from './rows.ts';

/** Hands crossings over. Resolves once they are taken. */
export type TakeCrossings = (crossings: readonly Crossing[]) => Promise<unknown>;

const MOST_AT_ONCE = 100;
/** How long to wait for a call that hangs. Then the alarm tries again, later each time. */
const FIRST_RETRY_MS = 10_000;
const LAST_RETRY_MS = 300_000;

/** Hands crossings over, again and again until `Alerts` has them. */
export class LedgerOutbox {
  readonly #storage: DurableObjectStorage;
  readonly #take: TakeCrossings;
  #isBusy = false;
  #isAlarmSet = false;
  #retryMs = FIRST_RETRY_MS;

  constructor(storage: DurableObjectStorage, take: TakeCrossings) {
    this.#storage = storage;
    this.#take = take;
  }

  /**
   * Called in the turn that noted crossings. The alarm is written with them, so if the object dies before they are taken, they
   * are only delayed. The promise is for `waitUntil`.
   */
  noted(now: number): Promise<void> {
    // If each newer crossing put off the alarm, it would never come.
    if (!this.#isAlarmSet) void this.#storage.setAlarm(now + this.#retryMs);
    this.#isAlarmSet = true;
    return this.handOver();
  }

  /** Called by the alarm. */
  async again(now: number): Promise<void> {
    this.#isAlarmSet = false;
    if (undelivered(this.#storage.sql, 1).length === 0) return;
    this.#retryMs = Math.min(2 * this.#retryMs, LAST_RETRY_MS);
    // A call that hangs must not block the next one. Crossings that arrive twice change nothing.
    this.#isBusy = false;
    await this.noted(now);
  }

  async handOver(): Promise<void> {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { sql } = this.#storage;
    try {
      for (;;) {
        const rows = undelivered(sql, MOST_AT_ONCE);
        const last = rows[rows.length - 1];
        if (last === undefined) break;
        await this.#take(rows.map(({ crossing }) => crossing));
        forgetDelivered(sql, last.number);
      }
      this.#retryMs = FIRST_RETRY_MS;
      this.#isAlarmSet = false;
      void this.#storage.deleteAlarm();
    } catch {
      // The alarm tries again.
    } finally {
      this.#isBusy = false;
    }
  }
}
