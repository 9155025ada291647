/** This isolate's records, in batches for each sink: the book, traces, logs. */
import type { ClosedRecord } from '../core/slo/record.ts';
import { type JudgeSettings, judge } from '../core/slo/rules.ts';
import { UnderWay } from '../core/under-way.ts';
import type { Background, Clock, RecordSink, Records } from '../ports.ts';

/** This many records are sent after `SHORTEST_WAIT_MS`; fewer wait for more. */
const ENOUGH = 50;
/** The most in one batch. */
const MOST = 500;
const LONGEST_WAIT_MS = 10_000;
/** The wait after a bad request, because an objective may be burning; and between two batches. */
const SHORTEST_WAIT_MS = 1_000;
/** No request takes longer. One that the runtime ended must not count as open for ever. */
const LONGEST_REQUEST_MS = 20 * 60_000;

interface Links {
  sinks: readonly RecordSink[];
  clock: Clock;
  slo: JudgeSettings;
  /** The `userHash` of a record; the same for the same user. */
  hashUser(tenant: string, user: string): string | Promise<string>;
}

/** One per isolate. What an isolate holds is lost when it is killed: at most the last 10 seconds. */
export class RecordBatches implements Records {
  readonly #links: Links;
  #closed: ClosedRecord[] = [];
  /** When the next batch is due. If that is in the past, the request that held the timer was ended before. */
  #dueAt = Number.POSITIVE_INFINITY;
  #sentAt = Number.NEGATIVE_INFINITY;
  /** Requests under way. */
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

  /** Records that were never made, each of a request that the runtime ended without a word. */
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
    if (judge(record, slo).outcome === 'bad') dueAt = now + SHORTEST_WAIT_MS;
    if (length >= ENOUGH) dueAt = Math.min(dueAt, this.#sentAt + SHORTEST_WAIT_MS);
    if (dueAt >= this.#dueAt) dueAt = this.#dueAt;
    if (atOnce || length >= MOST || dueAt <= now) background(this.#send());
    else if (dueAt < this.#dueAt) this.#arm(dueAt, now, background);
  }

  /** One request holds the timer for all. A batch that is due sooner gets a timer of its own, because no request can stop another's. */
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
    // They stay where they are until the last is hashed: a request that the runtime ends meanwhile leaves them to the next.
    for (const record of closed) {
      const { tenant, user } = record;
      if (tenant === null || user === null) continue;
      const hash = this.#links.hashUser(tenant, user);
      // In place: copying all fields would take longer than everything else here.
      record.userHash = hash instanceof Promise ? await hash : hash;
    }
    // Another request may have been faster.
    if (closed.length === 0 || closed !== this.#closed) return;
    this.#closed = [];
    const open = this.#open.countAt(clock.now());
    // No sink may get a name.
    for (const record of closed) record.user = null;
    await Promise.all(sinks.map(async (sink) => sink.take(closed, open)));
  }
}
