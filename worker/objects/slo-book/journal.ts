/** The journal of `SloBook`: rows in, rows out (docs/storage.md). */
import { KEEP_RECEIPTS_MS } from '../../core/slo/receipt.ts';

// `body` comes last, so that SQLite reads the other columns without the pages that a long text spills over to.
const TABLE = `CREATE TABLE IF NOT EXISTS journal (
  number INTEGER PRIMARY KEY, at INTEGER NOT NULL, source TEXT NOT NULL, seq INTEGER NOT NULL, sentAt INTEGER NOT NULL,
  bytes INTEGER NOT NULL, body TEXT NOT NULL)`;

/** At most this much is kept: 50 million requests or more. An object holds at most 10 GB. */
const MOST: JournalBounds = { rows: 500_000, bytes: 5_000_000_000 };

interface JournalBounds {
  rows: number;
  /** The length of all bodies together. */
  bytes: number;
}

/** One flush. */
export interface JournalRow extends Record<string, SqlStorageValue> {
  /** Numbers have no gaps. */
  number: number;
  /** When it was taken, by the book's clock; never earlier than the row before. */
  at: number;
  source: string;
  seq: number;
  /** When it was sent, by the isolate's clock. */
  sentAt: number;
  /** The length of the bodies of all rows ever written, this one included. */
  bytes: number;
  /** JSON of `FlushBody`. */
  body: string;
}

/** The table `journal`. Its numbers have no gaps, from `oldest` to `newest`. */
export class Journal {
  readonly #sql: SqlStorage;
  readonly #most: JournalBounds;
  newest: number;
  #first: Pick<JournalRow, 'number' | 'at' | 'bytes'> | undefined;
  #newestAt: number;
  #bytes: number;

  constructor(sql: SqlStorage, most = MOST) {
    this.#sql = sql;
    this.#most = most;
    sql.exec(TABLE);
    const last = this.#end('DESC');
    this.#first = this.#end('ASC');
    this.newest = last?.number ?? 0;
    this.#newestAt = last?.at ?? 0;
    this.#bytes = last?.bytes ?? 0;
  }

  get oldest(): number {
    return this.#first?.number ?? this.newest + 1;
  }

  /**
   * Adds a row at the cost of one written row: once the oldest row is too old, or there are too many, the new row replaces it.
   * (SQLite counts an update that moves the key as one row; deleting would be a second.)
   */
  add({ source, seq, sentAt, body }: Pick<JournalRow, 'source' | 'seq' | 'sentAt' | 'body'>, now: number): void {
    const [number, at, bytes] = [this.newest + 1, Math.max(now, this.#newestAt), this.#bytes + body.length];
    const values = [number, at, source, seq, sentAt, bytes, body];
    const first = this.#first;
    const isTooMuch = (row: { number: number; bytes: number }) =>
      number - row.number >= this.#most.rows || bytes - row.bytes >= this.#most.bytes;
    if (first !== undefined && (isTooMuch(first) || first.at < at - KEEP_RECEIPTS_MS)) {
      this.#sql.exec(
        'UPDATE journal SET number = ?, at = ?, source = ?, seq = ?, sentAt = ?, bytes = ?, body = ? WHERE number = ?',
        ...[...values, first.number],
      );
      this.#first = this.#end('ASC');
      // If rows get longer, replacing one row may not free enough.
      if (this.#first !== undefined && this.#first.number < number && isTooMuch(this.#first)) {
        this.#sql.exec('DELETE FROM journal WHERE number = ?', this.#first.number);
        this.#first = this.#end('ASC');
      }
    } else {
      this.#sql.exec(
        'INSERT INTO journal (number, at, source, seq, sentAt, bytes, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
        ...values,
      );
      this.#first ??= { number, at, bytes };
    }
    this.newest = number;
    this.#newestAt = at;
    this.#bytes = bytes;
  }

  /** The sources of the rows since this time, the earliest first. */
  sourcesSince(at: number): Pick<JournalRow, 'at' | 'source' | 'seq'>[] {
    const found: JournalRow[] = [];
    for (const row of this.#sql.exec<JournalRow>('SELECT at, source, seq FROM journal ORDER BY number DESC')) {
      if (row.at < at) break;
      found.push(row);
    }
    return found.reverse();
  }

  /** The rows after this number. */
  after(number: number): Iterable<JournalRow> {
    return this.#sql.exec<JournalRow>('SELECT * FROM journal WHERE number > ? ORDER BY number', number);
  }

  /** The number of the first row of this time or later. If there is none, the number that the next row will have. */
  firstSince(at: number): number {
    let [low, high] = [this.oldest, this.newest + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const [row] = this.#sql.exec<{ at: number }>('SELECT at FROM journal WHERE number = ?', middle).toArray();
      if (row !== undefined && row.at >= at) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  /** The rows from one number to another whose bodies contain all these strings. */
  containing(texts: readonly string[], from: number, to: number, order: 'ASC' | 'DESC'): Iterable<JournalRow> {
    const contains = texts.map(() => ' AND instr(body, ?) > 0').join('');
    const query = `SELECT * FROM journal WHERE number BETWEEN ? AND ?${contains} ORDER BY number ${order}`;
    return this.#sql.exec<JournalRow>(query, from, to, ...texts);
  }

  #end(order: 'ASC' | 'DESC'): Pick<JournalRow, 'number' | 'at' | 'bytes'> | undefined {
    const query = `SELECT number, at, bytes FROM journal ORDER BY number ${order} LIMIT 1`;
    return this.#sql.exec<JournalRow>(query).toArray()[0];
  }
}
