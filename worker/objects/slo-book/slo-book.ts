import { monthOf } from '../../core/ledger/time.ts';
import { type CountedNames, countedNames } from '../../core/slo/book/series-names.ts';
import type { RatingReply, SentRating } from '../../core/slo/client-reports/counts.ts';
import type { SentFigures } from '../../core/slo/client-reports/figures.ts';
import { durationHistory } from '../../core/slo/duration-history.ts';
import type { Narrowing } from '../../core/slo/evaluate.ts';
import type { Flush } from '../../core/slo/flush.ts';
import type { DurationHistory, MonthReport, ObjectiveHistory } from '../../core/slo/history.ts';
import { bookMetrics, type MetricsConfig } from '../../core/slo/metrics/book-metrics.ts';
import { type SpentInMonth, spentInMonth } from '../../core/slo/money.ts';
import { monthReport } from '../../core/slo/month.ts';
import { objectiveHistory } from '../../core/slo/objective-history.ts';
import type { ReceiptCursor, ReceiptFilter, ReceiptFound, ReceiptPage } from '../../core/slo/receipt-search.ts';
import { reportOf, SHOWN_MS, type SloReport } from '../../core/slo/report.ts';
import { countFigures, countRating } from './count-reports.ts';
import { findReceipt, listReceipts } from './receipts.ts';
import { WatchScheduler, type WatchSchedulerDeps } from './watch-scheduler.ts';
import { WatchingBook } from './watching-book.ts';

/** What the book needs from outside. */
export interface SloBookDeps extends WatchSchedulerDeps {
  config: WatchSchedulerDeps['config'] & MetricsConfig;
}

/**
 * What became of requests, for all isolates. The journal is the truth: a flush is one row of it, written before it is
 * acknowledged, and everything else is worked out from the rows. A call is one synchronous turn.
 */
export class SloBook extends WatchingBook {
  readonly #deps: SloBookDeps;
  readonly #scheduler: WatchScheduler;

  constructor(state: DurableObjectState, env: unknown, deps: SloBookDeps) {
    const scheduler = new WatchScheduler(state.storage, deps);
    super(state, env, scheduler);
    this.#deps = deps;
    this.#scheduler = scheduler;
  }

  /** Takes over a batch of records. `counted` is false for a repetition, which changes nothing. */
  record({ source, seq, sentAt, body }: Flush): { counted: boolean } {
    return this.#scheduler.takeNews(({ journal, sources }, now) => {
      const counted = sources.take(source, seq, now);
      if (counted) journal.add({ source, seq, sentAt, body }, now);
      return { counted };
    });
  }

  /** How all promises stand, with everything taken so far. */
  report(narrowing: Narrowing): SloReport {
    return this.#scheduler.turns.take(({ book, watch }, now) =>
      reportOf(book.current(), this.#deps.config.slo, narrowing, now, watch.incidents.since(now - SHOWN_MS)),
    );
  }

  /** The tenants and features whose requests the book has counted. */
  counted(): CountedNames {
    return this.#scheduler.turns.take(({ book }) => countedNames(book.current().names));
  }

  /** How an objective went over its own window, or over another one. Undefined if there is no such objective. */
  history(name: string, narrowing: Narrowing): ObjectiveHistory | undefined {
    const { slo } = this.#deps.config;
    const objective = slo.objectives.find((one) => one.name === name);
    if (objective === undefined) return undefined;
    return this.#scheduler.turns.take(({ book, watch }, now) =>
      objectiveHistory(objective, book.current(), slo, narrowing, watch.incidents.since(0), now),
    );
  }

  /** How long the requests of a feature took. */
  durations(feature: string, windowMs: number): DurationHistory {
    return this.#scheduler.turns.take(({ book }, now) => durationHistory(book.current(), feature, windowMs, now));
  }

  /** What a tenant's requests were charged in a month. Without a tenant, the one that was charged most. */
  spent(tenant: string | undefined, month: string | undefined): SpentInMonth & { isAmongOthers: boolean } {
    return this.#scheduler.turns.take(({ book }, now) => {
      const current = book.current();
      const spent = spentInMonth(current.spending, tenant, month ?? monthOf(now), now);
      return { ...spent, isAmongOthers: current.isAmongOthers(spent.tenant) };
    });
  }

  /** A month's report on all promises. */
  month(month: string, tenant: string | undefined): MonthReport {
    return this.#scheduler.turns.take(({ book, watch }, now) =>
      monthReport(book.current(), this.#deps.config.slo, { tenant, month }, watch.incidents.since(0), now),
    );
  }

  /** What is kept of a request. If the reply has `next`, the search goes on from that row. */
  request(requestId: string, since?: number): ReceiptFound {
    return this.#scheduler.turns.take(({ journal }, now) => findReceipt(journal, requestId, now, since));
  }

  /** A page of at most `most` requests. It may be empty even if there are more. */
  requests(filter: ReceiptFilter, most: number, before?: ReceiptCursor): ReceiptPage {
    return this.#scheduler.turns.take(({ journal }, now) => listReceipts(journal, filter, most, now, before));
  }

  /** Takes a rater's opinion of an answer. */
  opinion(given: SentRating): RatingReply {
    return this.#scheduler.takeNews((memory, now) => countRating(memory, given, now));
  }

  /** Takes a service's figures. Returns false if they were counted before. */
  figures(figures: SentFigures, tenant: string): boolean {
    return this.#scheduler.takeNews((memory, now) => countFigures(memory, figures, tenant, now));
  }

  /** The text of `GET /metrics`, with everything taken so far. */
  metrics(): string {
    return this.#scheduler.turns.take(({ book, watch }, now) =>
      bookMetrics(book.current(), { ...this.#deps.config, set: watch.limits }, now),
    );
  }
}
