/** The book as stored: its last snapshot, and the journal since then. */
import { Book, type BookConfig } from '../../core/slo/book/book.ts';
import { fold } from '../../core/slo/fold.ts';
import type { Journal } from './journal.ts';
import { type SnapshotHead, Snapshots } from './snapshots.ts';

/**
 * A snapshot is written after this many flushes, or after as many as the last snapshot had rows if that is more. So snapshots
 * never cost more rows than the journal, and a book that was not in memory has no more flushes than these to read again.
 */
const SNAPSHOT_AFTER = 400;

/** What a stored book needs from outside. */
export interface KeptBookDeps {
  config: BookConfig;
  /** Reports rows that cannot be read, and so are not counted. */
  events(event: { event: 'book_unreadable'; what: string; needsOperator: true }): void;
}

/** Reads the journal only when the book is needed. So the book of a quiet router wakes to write one row, and does no more. */
export class KeptBook {
  readonly #journal: Journal;
  readonly #snapshots: Snapshots;
  readonly #deps: KeptBookDeps;
  #head: SnapshotHead;
  #book: Book | undefined;
  /** The last row of the journal that is in `#book`. */
  #folded = 0;

  constructor(sql: SqlStorage, journal: Journal, deps: KeptBookDeps) {
    this.#journal = journal;
    this.#snapshots = new Snapshots(sql);
    this.#deps = deps;
    this.#head = this.#snapshots.head();
  }

  /** The book with everything that the journal holds. */
  current(): Book {
    this.#book ??= this.#load();
    for (const row of this.#journal.after(this.#folded)) {
      try {
        fold(this.#book, row);
      } catch {
        // The row is from a build with other records, or from a bug. It must not keep the book from counting the rows after it.
        this.#unreadable(`journal ${row.number}`);
      }
    }
    this.#folded = this.#journal.newest;
    return this.#book;
  }

  /** Called after each flush. A book in memory keeps up, so that no later call has to fold too many rows. */
  keepUp(): void {
    const since = this.#journal.newest - this.#head.through;
    const isDue = since >= SNAPSHOT_AFTER && since >= this.#head.rows;
    if (isDue) this.#head = this.#snapshots.write(this.current().save(), this.#journal.newest);
    else if (this.#book !== undefined) this.current();
  }

  #load(): Book {
    const book = new Book(this.#deps.config);
    for (const name of book.load(this.#snapshots.rows())) this.#unreadable(`snapshot ${name}`);
    this.#folded = this.#head.through;
    return book;
  }

  #unreadable(what: string): void {
    this.#deps.events({ event: 'book_unreadable', what, needsOperator: true });
  }
}
