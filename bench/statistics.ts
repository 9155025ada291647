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

/** One figure of both subjects over the same rounds. */
export interface Comparison {
  carryon: Spread;
  bare: Spread;
  ratio: Spread;
  difference: Spread;
}

/** Ratio and difference are taken round by round and only then summed up: the two halves of a round saw the same
 * minute of a noisy machine, the medians of two columns did not. */
export function compare(carryon: readonly number[], bare: readonly number[]): Comparison {
  if (carryon.length !== bare.length) throw new Error(`${carryon.length} rounds of one, ${bare.length} of the other`);
  const pairs = carryon.map((value, round): [number, number] => [value, bare[round] ?? Number.NaN]);
  return {
    carryon: spread(carryon),
    bare: spread(bare),
    ratio: spread(pairs.map(([ours, theirs]) => ours / theirs)),
    difference: spread(pairs.map(([ours, theirs]) => ours - theirs)),
  };
}
