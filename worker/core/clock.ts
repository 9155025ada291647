/** The clock for code that does I/O. Pure code gets `now` as an argument. */
export interface Clock {
  /** Epoch milliseconds. On Workers it moves only with I/O. */
  now(): number;
  /** Runs `action` once after `ms`; the returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}
