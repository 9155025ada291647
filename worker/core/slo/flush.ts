/** What an isolate tells the book in one call. */
import type { PackedRecords } from './packed.ts';
import type { Told } from './told/told.ts';

/** A batch of records. `source` and `seq` identify it: a repeated flush has the same. */
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
  /** Records that the isolate's sinks have given up since its last flush, by sink. */
  dropped: Readonly<Record<string, number>>;
  /** Requests of the isolate that were under way. Earlier builds leave it out. */
  open?: number;
  /** Set in rows that the book has written itself. */
  told?: readonly Told[];
}
