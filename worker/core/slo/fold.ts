/** How a flush is counted. This is the only way into the book, both for new flushes and for those that a restarted book reads again. */
import type { Book } from './book/book.ts';
import { increase } from './book/label-tree.ts';
import type { FlushBody } from './flush.ts';
import { unpackRecords } from './packed.ts';

/** A flush as the journal keeps it. */
export interface TakenFlush {
  /** The id of the isolate. */
  source: string;
  /** When the flush was taken, by the book's clock. */
  at: number;
  /** When it was sent, by the isolate's clock. */
  sentAt: number;
  /** JSON of `FlushBody`. */
  body: string;
}

/** Adds the contents of a flush to the book. */
export function fold(book: Book, { source, at, sentAt, body }: TakenFlush): void {
  const { records, dropped, open = 0, told = [] } = JSON.parse(body) as FlushBody;
  // Converts times of the isolate's clock to the book's clock.
  const shiftMs = at - sentAt;
  for (const receipt of unpackRecords(records)) {
    book.add(receipt, Math.min(at, receipt.arrivedAt + receipt.totalMs + shiftMs));
  }
  for (const [sink, count] of Object.entries(dropped)) increase(book.totals.counters.dropped.at(sink), count);
  book.losses.note(source, open, at, dropped.book);
  for (const one of told) book.report(one, one.at);
}
