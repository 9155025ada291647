/** The book's alarm. An object has only one, so it is set for whatever is due first. */
export class BookAlarm {
  readonly #storage: DurableObjectStorage;
  #at: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Reads the alarm that an earlier life has set. */
  async read(): Promise<void> {
    this.#at = (await this.#storage.getAlarm()) ?? undefined;
  }

  /** Makes the alarm ring at this time or earlier. That costs a row if the alarm must be set, and none if it is set already. */
  by(at: number, now: number): void {
    // An alarm that is long overdue was lost.
    if (this.#at !== undefined && this.#at <= at && this.#at > now - LOST_AFTER_MS) return;
    this.#at = at;
    void this.#storage.setAlarm(at);
  }

  /** Called when the alarm has rung. */
  rang(): void {
    this.#at = undefined;
  }
}

const LOST_AFTER_MS = 60_000;
