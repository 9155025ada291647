/** What an isolate tells the book in one call. */
import type { PackedRecords } from './packed.ts';
import type { Told } from './told/told.ts';

/** A batch of records. `source` and `seq` name it: a repetition has the same. */
export interface Flush {
  /** A random id of the isolate. */
  source: string;
  /** Counts the isolate's flushes from 0. */
  seq: number;
  /** When this call was made, by the isolate's clock: what is said of the records' times is counted from here. */
  sentAt: number;
  /** JSON of `FlushBody`. */
  body: string;
}

/** What a flush says. */
export interface FlushBody {
  records: PackedRecords;
  /** Records that sinks of the isolate have given up since it last said so, by sink. */
  dropped: Readonly<Record<string, number>>;
  /** Requests of the isolate that were under way. Earlier builds did not say. */
  open?: number;
  /** In a row that the book has written itself. */
  told?: readonly Told[];
}
