/** This isolate's records, in batches for each sink: the book, traces, logs. */
import type { ClosedRecord, RequestRecord } from '../core/slo/record.ts';
import type { Background, Clock, RecordSink, Records } from '../ports.ts';

const MOST_RECORDS = 50;
const LONGEST_WAIT_MS = 10_000;
/** After a bad request, whose objectives may be burning. */
const BAD_WAIT_MS = 1_000;

interface Links {
  sinks: readonly RecordSink[];
  clock: Clock;
  /** The `userHash` of a record; the same for the same user. */
  hashUser(tenant: string, user: string): Promise<string>;
}

/** One per isolate. What an isolate holds is lost when it is killed: at most the last 10 seconds. */
export class RecordBatches implements Records {
  readonly #links: Links;
  #closed: ClosedRecord[] = [];
  /** When the timer of a request that is over sends what there is; past where none is armed. */
  #dueAt = 0;

  constructor(links: Links) {
    this.#links = links;
  }

  close(record: ClosedRecord, background: Background, atOnce = false): void {
    if (this.#links.sinks.length === 0) return;
    this.#closed.push(record);
    const isBad = record.ending === 'cut' || record.status >= 500;
    if (atOnce || this.#closed.length >= MOST_RECORDS) background(this.#send());
    else this.#arm(isBad ? BAD_WAIT_MS : LONGEST_WAIT_MS, background);
  }

  /** One request holds the timer for all; a bad request brings it forward. */
  #arm(waitMs: number, background: Background): void {
    const { clock } = this.#links;
    const now = clock.now();
    const isArmed = this.#dueAt > now && this.#dueAt <= now + waitMs;
    if (isArmed) return;
    this.#dueAt = now + waitMs;
    background(
      new Promise<void>((resolve) => {
        clock.after(waitMs, () => resolve(this.#send()));
      }),
    );
  }

  async #send(): Promise<void> {
    const closed = this.#closed;
    if (closed.length === 0) return;
    this.#closed = [];
    const records = await Promise.all(closed.map((record) => this.#hashed(record)));
    await Promise.all(this.#links.sinks.map((sink) => sink.take(records)));
  }

  async #hashed({ user, ...record }: ClosedRecord): Promise<RequestRecord> {
    const { tenant } = record;
    const userHash = tenant === null || user === null ? null : await this.#links.hashUser(tenant, user);
    return { ...record, userHash };
  }
}
