/** Writes the routing board to KV from an alarm, until KV takes it. */
import type { Clock } from '../../core/clock.ts';
import type { BoardDocument } from '../../core/routing/board.ts';

/** The waits before KV is tried again: the first, doubled each time up to the last. */
const FIRST_RETRY_MS = 2_000;
const LAST_RETRY_MS = 60_000;

/** The alarm of a `HealthBoard`, set while a change is not yet in KV. */
export class BoardPublisher {
  readonly #storage: DurableObjectStorage;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #put: (text: string) => Promise<void>;
  #retryMs = FIRST_RETRY_MS;

  constructor(storage: DurableObjectStorage, clock: Pick<Clock, 'now'>, put: (text: string) => Promise<void>) {
    this.#storage = storage;
    this.#clock = clock;
    this.#put = put;
  }

  /** Sets the alarm. Called when something changed that other isolates must know. */
  publishSoon(): void {
    void this.#storage.setAlarm(this.#clock.now());
  }

  async publish(document: BoardDocument): Promise<void> {
    try {
      await this.#put(JSON.stringify(document));
      this.#retryMs = FIRST_RETRY_MS;
    } catch {
      const waitMs = this.#retryMs;
      this.#retryMs = Math.min(2 * waitMs, LAST_RETRY_MS);
      // Throwing would use up the platform's six retries, so the next try is an alarm of its own, unless a change has set one.
      if ((await this.#storage.getAlarm()) === null) await this.#storage.setAlarm(this.#clock.now() + waitMs);
    }
  }
}
