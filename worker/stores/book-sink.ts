/** Sends batches of records to `SloBook` until it acknowledges them, a few times at most. */

import type { Flush, FlushBody } from '../core/slo/flush.ts';
import { packRecords } from '../core/slo/packed.ts';
import { isKeptWhole } from '../core/slo/receipt.ts';
import type { RequestRecord } from '../core/slo/record.ts';
import type { Slo } from '../core/slo/slo.ts';
import { pause } from '../core/within.ts';
import type { Clock, RecordSink } from '../ports.ts';
import { callBook } from './call-book.ts';

/** Records may have waited for 10 s, and the platform ends what runs behind a response after 30 s. */
const WAITS_MS = [500, 1_500, 4_000];
const ENDED_AFTER_MS = 30_000;
/** An isolate holds at most this many while the book does not answer. */
const MOST_HELD = 2_000;

interface Links {
  /** A random id of this isolate. */
  source: string;
  slo: Slo;
  clock: Clock;
  record(flush: Flush): Promise<unknown>;
  /** The number of records that each sink of this isolate has lost so far. */
  dropped(): Readonly<Record<string, number>>;
}

/** What is lost if a flush is given up: its records, and the drops that it would have reported. */
interface Held {
  records: number;
  dropped: Readonly<Record<string, number>>;
  until: number;
}

/** One per isolate. */
export class BookSink implements RecordSink {
  readonly name = 'book';
  dropped = 0;
  readonly #links: Links;
  #seq = 0;
  /** Flushes that are under way, by number. */
  readonly #held = new Map<number, Held>();
  /** The drops that were reported to the book, by sink. */
  #reported: Record<string, number> = {};

  constructor(links: Links) {
    this.#links = links;
  }

  async take(records: readonly RequestRecord[], open = 0): Promise<void> {
    const { source, slo, clock } = this.#links;
    const now = clock.now();
    if (this.#heldAt(now) + records.length > MOST_HELD) {
      this.dropped += records.length;
      return;
    }
    const seq = this.#seq++;
    const dropped = this.#newDrops();
    this.#held.set(seq, { records: records.length, dropped, until: now + ENDED_AFTER_MS });
    const body: FlushBody = { records: packRecords(records, (record) => isKeptWhole(record, slo)), dropped, open };
    if (await this.#send({ source, seq, body: JSON.stringify(body) })) this.#held.delete(seq);
    else this.#giveUp(seq);
  }

  /** The number of records under way. Flushes of a request that the platform has ended are given up here. */
  #heldAt(now: number): number {
    let sum = 0;
    for (const [seq, { records, until }] of this.#held) {
      if (until > now) sum += records;
      else this.#giveUp(seq);
    }
    return sum;
  }

  /** Gives up a flush. The drops that it would have reported travel with the next flush. */
  #giveUp(seq: number): void {
    const held = this.#held.get(seq);
    if (held === undefined) return;
    this.#held.delete(seq);
    this.dropped += held.records;
    for (const [sink, count] of Object.entries(held.dropped))
      this.#reported[sink] = (this.#reported[sink] ?? 0) - count;
  }

  /** Sends a flush, again if the book does not answer. Its number stays the same, so the book counts it once. */
  async #send(flush: Omit<Flush, 'sentAt'>): Promise<boolean> {
    const { clock, record } = this.#links;
    for (const waitMs of [...WAITS_MS, undefined]) {
      const isTaken = await callBook(() => record({ ...flush, sentAt: clock.now() }).then(() => true), clock);
      if (isTaken) return true;
      if (waitMs !== undefined) await pause(waitMs, clock);
    }
    return false;
  }

  #newDrops(): Record<string, number> {
    const drops: Record<string, number> = {};
    for (const [sink, count] of Object.entries(this.#links.dropped())) {
      const more = count - (this.#reported[sink] ?? 0);
      if (more > 0) drops[sink] = more;
      this.#reported[sink] = count;
    }
    return drops;
  }
}
