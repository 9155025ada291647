/** The value below which `share` of the numbers lie, by nearest rank; NaN of nothing. */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? Number.NaN;
}

/** The middle number, or the mean of the two middle ones; NaN of nothing. */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** The median of the rounds, with the lowest, the highest, and each in turn. */
export interface Spread {
  median: number;
  low: number;
  high: number;
  rounds: readonly number[];
}

export function spread(rounds: readonly number[]): Spread {
  return { median: median(rounds), low: Math.min(...rounds), high: Math.max(...rounds), rounds };
}

/** One figure of two subjects over the same rounds. */
export interface Comparison {
  ours: Spread;
  theirs: Spread;
  ratio: Spread;
  difference: Spread;
}

/** Ratio and difference are taken round by round and only then summed up: the two halves of a round saw the same
 * minute of a noisy machine, the medians of two columns did not. */
export function compare(ours: readonly number[], theirs: readonly number[]): Comparison {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds of one, ${theirs.length} of the other`);
  const pairs = ours.map((value, round): [number, number] => [value, theirs[round] ?? Number.NaN]);
  return {
    ours: spread(ours),
    theirs: spread(theirs),
    ratio: spread(pairs.map(([one, other]) => one / other)),
    difference: spread(pairs.map(([one, other]) => one - other)),
  };
}
