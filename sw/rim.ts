/** The worker's clock, chance and ids; the only file of `sw/` that reads them. Decisions in `sw/core` take them as arguments. */

export interface Rim {
  /** Epoch milliseconds. */
  now(): number;
  /** In [0, 1). */
  random(): number;
  /** Random bytes for ids and keys. */
  bytes(length: number): Uint8Array<ArrayBuffer>;
  /** Runs once after `ms`; the returned function calls it off. */
  after(ms: number, run: () => void): () => void;
}

export const rim: Rim = {
  now: () => Date.now(),
  random: () => Math.random(),
  bytes: (length) => crypto.getRandomValues(new Uint8Array(length)),
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
};
