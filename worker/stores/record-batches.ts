/** This isolate's records, in batches for each sink: the book, traces, logs. */
import type { ClosedRecord } from '../core/slo/record.ts';
import { successVerdict, type VerdictSettings } from '../core/slo/rules.ts';
import { UnderWay } from '../core/under-way.ts';
import type { Background, Clock, RecordSink, Records } from '../ports.ts';

/** This many records are sent after `SHORTEST_WAIT_MS`. Fewer records wait for more. */
const ENOUGH = 50;
/** The most in one batch. */
const MOST = 500;
const LONGEST_WAIT_MS = 10_000;
/** The wait after a bad request, because an objective may be burning. Also the shortest time between two batches. */
const SHORTEST_WAIT_MS = 1_000;
/** No request takes longer. After this time a request counts as ended by the runtime, and is no longer open. */
const LONGEST_REQUEST_MS = 20 * 60_000;

interface Links {
  sinks: readonly RecordSink[];
  clock: Clock;
  slo: VerdictSettings;
  /** Makes the `userHash` of a record. It is the same for the same user. */
  hashUser(tenant: string, user: string): string | Promise<string>;
}

/** One per isolate. If the isolate is killed, the records that it holds are lost: at most those of the last 10 seconds. */
export class RecordBatches implements Records {
  readonly #links: Links;
  #closed: ClosedRecord[] = [];
  /** When the next batch is due. If this is in the past, the runtime has ended the request that held the timer. */
  #dueAt = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** The requests under way. */
  readonly #open = new UnderWay(LONGEST_REQUEST_MS);

  constructor(links: Links) {
    this.#links = links;
  }

  opened(request: object): void {
    this.#open.begin(request, this.#links.clock.now());
  }

  ended(request: object): void {
    this.#open.end(request);
  }

  /** The number of records that were never made, because the runtime ended their requests without notice. */
  get lost(): number {
    return this.#open.forgotten;
  }

  close(record: ClosedRecord, background: Background, atOnce = false): void {
    const { sinks, clock, slo } = this.#links;
    if (sinks.length === 0) return;
    this.#closed.push(record);
    const now = clock.now();
    const { length } = this.#closed;
    let dueAt = now + LONGEST_WAIT_MS;
    if (successVerdict(record, slo).outcome === 'bad') dueAt = now + SHORTEST_WAIT_MS;
    if (length >= ENOUGH) dueAt = Math.min(dueAt, this.#sentAt + SHORTEST_WAIT_MS);
    if (dueAt >= this.#dueAt) dueAt = this.#dueAt;
    if (atOnce || length >= MOST || dueAt <= now) background(this.#send());
    else if (dueAt < this.#dueAt) this.#arm(dueAt, now, background);
  }

  /**
   * Sets the timer of a batch. One request holds it for all. A batch that is due sooner gets a timer of its own, because no request can
   * stop another's.
   */
  #arm(dueAt: number, now: number, background: Background): void {
    const { clock } = this.#links;
    this.#dueAt = dueAt;
    background(
      new Promise<void>((resolve) => {
        clock.after(dueAt - now, () => resolve(this.#dueAt <= Math.max(dueAt, clock.now()) ? this.#send() : undefined));
      }),
    );
  }

  async #send(): Promise<void> {
    const { sinks, clock } = this.#links;
    this.#dueAt = Number.POSITIVE_INFINITY;
    this.#sentAt = clock.now();
    const closed = this.#closed;
    // The records stay in the list until all users are hashed. If the runtime ends this request meanwhile, the next one sends them.
    for (const record of closed) {
      const { tenant, user } = record;
      if (tenant === null || user === null) continue;
      const hash = this.#links.hashUser(tenant, user);
      // The record is changed in place, because copying all fields would take longer than everything else here.
      record.userHash = hash instanceof Promise ? await hash : hash;
    }
    // Another request may have sent them meanwhile.
    if (closed.length === 0 || closed !== this.#closed) return;
    this.#closed = [];
    const open = this.#open.countAt(clock.now());
    // No sink may get a user's name.
    for (const record of closed) record.user = null;
    await Promise.all(sinks.map(async (sink) => sink.take(closed, open)));
  }
}
