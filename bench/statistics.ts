/** The value below which `share` of the numbers lie, by nearest rank; NaN if there are no numbers. */
export function percentile(values: ArrayLike<number>, share: number): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] ?? Number.NaN;
}

/** The middle number, or the mean of the two middle ones; NaN if there are no numbers. */
export function median(values: ArrayLike<number>): number {
  if (values.length === 0) return Number.NaN;
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** What a round's number is. A rate (requests/s) is better the higher it is, and its total is the harmonic mean. Anything else
 * is a cost, and better the lower it is. */
export type Quantity = 'cost' | 'rate';

/** One figure over all rounds. */
export interface Summary {
  median: number;
  /** The figure that only one round in ten beats, so the one in which the machine disturbed it least. */
  q10: number;
  /**
   * All rounds together, including bursts of garbage collection and of other work on the machine. Rounds are equally large, so this is a
   * mean.
   */
  total: number;
  low: number;
  high: number;
  rounds: readonly number[];
}

export function summarize(rounds: readonly number[], quantity: Quantity = 'cost'): Summary {
  const sum = rounds.reduce((added, value) => added + (quantity === 'rate' ? 1 / value : value), 0);
  return {
    median: median(rounds),
    q10: percentile(rounds, quantity === 'rate' ? 0.9 : 0.1),
    total: quantity === 'rate' ? rounds.length / sum : sum / rounds.length,
    low: Math.min(...rounds),
    high: Math.max(...rounds),
    rounds,
  };
}

/** One figure compared with another. `median` is the median of the rounds' comparisons. `q10` and `total` compare the two summaries. */
export interface Relation {
  median: number;
  q10: number;
  total: number;
  rounds: readonly number[];
}

/** One figure of two subjects over the same rounds. */
export interface Comparison {
  ours: Summary;
  theirs: Summary;
  ratio: Relation;
  difference: Relation;
}

/** Ratio and difference are taken within each round, and their median afterwards, because the two halves of a round saw the same
 * seconds of a noisy machine. The medians of two columns did not. */
export function compare(ours: readonly number[], theirs: readonly number[], quantity: Quantity = 'cost'): Comparison {
  if (ours.length !== theirs.length) throw new Error(`${ours.length} rounds of one, ${theirs.length} of the other`);
  const [one, other] = [summarize(ours, quantity), summarize(theirs, quantity)];
  const relation = (relate: (value: number, reference: number) => number): Relation => {
    const rounds = ours.map((value, round) => relate(value, theirs[round] ?? Number.NaN));
    return { median: median(rounds), q10: relate(one.q10, other.q10), total: relate(one.total, other.total), rounds };
  };
  return {
    ours: one,
    theirs: other,
    ratio: relation((value, reference) => value / reference),
    difference: relation((value, reference) => value - reference),
  };
}
