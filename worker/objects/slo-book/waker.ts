/** The book's alarm: one, for the first of all things that are due. */
export class Waker {
  readonly #storage: DurableObjectStorage;
  #at: number | undefined;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** Finds out what an earlier life has set. */
  async read(): Promise<void> {
    this.#at = (await this.#storage.getAlarm()) ?? undefined;
  }

  /** At this time or earlier. Costs a row where the alarm has to be set, and none where it is set already. */
  by(at: number, now: number): void {
    // One that is long due was lost.
    if (this.#at !== undefined && this.#at <= at && this.#at > now - LOST_AFTER_MS) return;
    this.#at = at;
    void this.#storage.setAlarm(at);
  }

  /** The alarm has rung. */
  rang(): void {
    this.#at = undefined;
  }
}

const LOST_AFTER_MS = 60_000;
