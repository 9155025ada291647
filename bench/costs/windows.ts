import type { Counts } from '../counting/counters.ts';

/** What was counted between two readings. */
export function difference(before: Counts, after: Counts): Counts {
  return Object.fromEntries(Object.entries(after).map(([count, value]) => [count, value - (before[count] ?? 0)]));
}

export function sum(parts: readonly Counts[]): Counts {
  const total: Counts = {};
  for (const part of parts)
    for (const [count, value] of Object.entries(part)) total[count] = (total[count] ?? 0) + value;
  return total;
}

/** The counts from the first fold to the last, a time in which as many leases are folded as granted; undefined without two folds. */
export function betweenFolds(atFolds: readonly Counts[]): { counts: Counts; folds: number } | undefined {
  const [first, last] = [atFolds[0], atFolds[atFolds.length - 1]];
  if (first === undefined || last === undefined || first === last) return undefined;
  return { counts: difference(first, last), folds: atFolds.length - 1 };
}
