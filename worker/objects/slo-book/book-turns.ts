/** Turns of the book: load, decide, save, all in one synchronous step. */
import type { Clock } from '../../core/clock.ts';
import { FORGET_SOURCE_AFTER_MS, Sources } from '../../core/slo/sources.ts';
import { ClientReportRows } from './client-report-rows.ts';
import type { JournalSearches } from './count-reports.ts';
import { Journal } from './journal.ts';
import { KeptBook, type KeptBookDeps } from './kept-book.ts';
import { KeptWatch } from './kept-watch.ts';

/** What a turn works on, as it was read from the rows. */
export interface BookMemory {
  journal: Journal;
  sources: Sources;
  book: KeptBook;
  reports: ClientReportRows;
  searches: JournalSearches;
  watch: KeptWatch;
}

/** Takes turns on a book's rows. */
export class BookTurns {
  readonly #storage: DurableObjectStorage;
  readonly #deps: KeptBookDeps & { clock: Pick<Clock, 'now'> };
  /** Undefined if the next turn must read the rows. */
  #memory: BookMemory | undefined;

  constructor(storage: DurableObjectStorage, deps: KeptBookDeps & { clock: Pick<Clock, 'now'> }) {
    this.#storage = storage;
    this.#deps = deps;
  }

  /** Takes a turn. If anything throws, the memory is forgotten together with what could not be saved. */
  take<Reply>(decide: (memory: BookMemory, now: number) => Reply): Reply {
    const now = this.#deps.clock.now();
    const memory = this.#memory ?? this.#load(now);
    this.#memory = undefined;
    const reply = this.#storage.transactionSync(() => decide(memory, now));
    this.#memory = memory;
    return reply;
  }

  #load(now: number): BookMemory {
    const { sql } = this.#storage;
    const journal = new Journal(sql);
    const sources = new Sources();
    for (const { source, seq, at } of journal.sourcesSince(now - FORGET_SOURCE_AFTER_MS)) sources.take(source, seq, at);
    const searches = { second: 0, rows: 0 };
    const [book, reports] = [new KeptBook(sql, journal, this.#deps), new ClientReportRows(sql)];
    return { journal, sources, book, reports, searches, watch: new KeptWatch(sql, this.#deps.config.slo) };
  }
}
