/** What an isolate sends the book in one call. */
import type { ReportedCounts } from './client-reports/counts.ts';
import type { PackedRecords } from './packed.ts';

/** A batch of records. `source` and `seq` identify it, so a repeated flush has the same two. */
export interface Flush {
  /** A random id of the isolate. */
  source: string;
  /** Counts the isolate's flushes from 0. */
  seq: number;
  /** When this call was made, by the isolate's clock. The times of its records are converted to the book's clock with it. */
  sentAt: number;
  /** JSON of `FlushBody`. */
  body: string;
}

/** The contents of a flush. */
export interface FlushBody {
  records: PackedRecords;
  /** Records that the isolate's sinks have not got since its last flush, by sink. `book`: also those that were never made. */
  dropped: Readonly<Record<string, number>>;
  /** The number of the isolate's requests that were under way. Earlier builds leave it out. */
  open?: number;
  /** Reports about answers and services. Only rows that the book writes itself have them. */
  told?: readonly ReportedCounts[];
}
