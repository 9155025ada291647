/** The clock for code that does I/O. Pure code gets `now` as an argument. */
export interface Clock {
  /** Epoch milliseconds. On Workers it moves only with I/O. */
  now(): number;
  /** Calls `run` once after `ms`. The returned function cancels it. */
  after(ms: number, run: () => void): () => void;
}
