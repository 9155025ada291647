/** When each request of a run is due, in ms from the run's start: one in every interval, at a random moment within it, so that
 * nothing falls in step with a timer. `random` returns numbers from 0 up to 1. */
export function dueTimesMs(ratePerSecond: number, seconds: number, random: () => number): Float64Array {
  const intervalMs = 1000 / ratePerSecond;
  return Float64Array.from(
    { length: Math.round(ratePerSecond * seconds) },
    (_, slot) => (slot + random()) * intervalMs,
  );
}

/** A small repeatable generator (mulberry32), so that all subjects of a round get the same arrivals. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
