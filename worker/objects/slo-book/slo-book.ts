import { DurableObject } from 'cloudflare:workers';
import type { Clock } from '../../core/clock.ts';
import type { Narrowing } from '../../core/slo/evaluate.ts';
import type { Flush } from '../../core/slo/flush.ts';
import { bookMetrics, type MetricsConfig } from '../../core/slo/metrics/book-metrics.ts';
import type { ReceiptCursor, ReceiptFilter, ReceiptFound, ReceiptPage } from '../../core/slo/receipt-search.ts';
import { reportOf, type SloReport } from '../../core/slo/report.ts';
import { FORGET_SOURCE_AFTER_MS, Sources } from '../../core/slo/sources.ts';
import type { FiguresById } from '../../core/slo/told/figures.ts';
import type { OpinionReply, ToldOpinion } from '../../core/slo/told/told.ts';
import { Journal } from './journal.ts';
import { KeptBook, type KeptBookDeps } from './kept-book.ts';
import { findReceipt, listReceipts } from './receipts.ts';
import { type Looks, tellFigures, tellOpinion } from './tell.ts';
import { ToldRows } from './told-rows.ts';

/** What the book needs from outside. */
export interface SloBookDeps extends KeptBookDeps {
  config: KeptBookDeps['config'] & MetricsConfig;
  clock: Pick<Clock, 'now'>;
}

/** What is in memory of the rows. */
interface Memory {
  journal: Journal;
  sources: Sources;
  book: KeptBook;
  told: ToldRows;
  looks: Looks;
}

/**
 * What became of requests, for all isolates. The journal is the truth: a flush is one row of it, written before it is
 * acknowledged, and everything else is worked out from the rows. A call is one synchronous turn.
 */
export class SloBook extends DurableObject<unknown> {
  readonly #deps: SloBookDeps;
  /** Undefined when the next call has to read the rows. */
  #memory: Memory | undefined;

  constructor(state: DurableObjectState, env: unknown, deps: SloBookDeps) {
    super(state, env);
    this.#deps = deps;
  }

  /** Takes a batch of records over. `counted`: false for a repetition, which changes nothing. */
  record({ source, seq, sentAt, body }: Flush): { counted: boolean } {
    return this.#turn(({ journal, sources, book }, now) => {
      if (!sources.take(source, seq, now)) return { counted: false };
      journal.add({ source, seq, sentAt, body }, now);
      book.keepUp();
      return { counted: true };
    });
  }

  /** How all promises stand, with all that has been taken over so far. */
  report(narrowing: Narrowing): SloReport {
    return this.#turn(({ book }, now) => reportOf(book.current(), this.#deps.config.slo, narrowing, now));
  }

  /** What is kept of a request; the search goes on from the row `next`, where the reply has one. */
  request(requestId: string, since?: number): ReceiptFound {
    return this.#turn(({ journal }, now) => findReceipt(journal, requestId, now, since));
  }

  /** A page of at most `most` requests; a page may be empty although there are more. */
  requests(filter: ReceiptFilter, most: number, before?: ReceiptCursor): ReceiptPage {
    return this.#turn(({ journal }, now) => listReceipts(journal, filter, most, now, before));
  }

  /** Takes what somebody thinks of an answer. */
  opinion(given: ToldOpinion): OpinionReply {
    return this.#turn((memory, now) => {
      const reply = tellOpinion(memory, given, now);
      memory.book.keepUp();
      return reply;
    });
  }

  /** Takes a service's figures. False: they were counted before. */
  figures(figures: FiguresById, tenant: string): boolean {
    return this.#turn((memory, now) => {
      const isNew = tellFigures(memory, figures, tenant, now);
      memory.book.keepUp();
      return isNew;
    });
  }

  /** For `GET /metrics`, with all that has been taken over so far. */
  metrics(): string {
    return this.#turn(({ book }, now) => bookMetrics(book.current(), this.#deps.config, now));
  }

  // If anything throws, the memory is forgotten together with what could not be saved.
  #turn<Reply>(decide: (memory: Memory, now: number) => Reply): Reply {
    const now = this.#deps.clock.now();
    const memory = this.#memory ?? this.#load(now);
    this.#memory = undefined;
    const reply = this.ctx.storage.transactionSync(() => decide(memory, now));
    this.#memory = memory;
    return reply;
  }

  #load(now: number): Memory {
    const { sql } = this.ctx.storage;
    const journal = new Journal(sql);
    const sources = new Sources();
    for (const { source, seq, at } of journal.sourcesSince(now - FORGET_SOURCE_AFTER_MS)) sources.take(source, seq, at);
    const looks = { second: 0, rows: 0 };
    return { journal, sources, book: new KeptBook(sql, journal, this.#deps), told: new ToldRows(sql), looks };
  }
}
