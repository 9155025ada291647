/** Time as whoever acts has it; decisions are given a number. */
export interface Clock {
  /** Epoch milliseconds. On Workers it moves only with I/O. */
  now(): number;
  /** Runs once after `ms`; the returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}
