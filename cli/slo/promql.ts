/** Pieces of PromQL. */

/** A selector such as `{feature="chat",outcome="bad"}`. Labels that are null are left out. `more` has whole matchers. */
export function selector(labels: Readonly<Record<string, string | null>>, ...more: string[]): string {
  const equal = Object.entries(labels).flatMap(([name, value]) =>
    value === null ? [] : [`${name}=${JSON.stringify(value)}`],
  );
  const matchers = [...equal, ...more];
  return matchers.length === 0 ? '' : `{${matchers.join(',')}}`;
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
] as const;

/** A duration in the largest unit that needs no fraction: `5m`, `36h`. */
export function duration(ms: number): string {
  const [unit, unitMs] = UNITS.find(([, size]) => ms % size === 0) ?? ['ms', 1];
  return `${ms / unitMs}${unit}`;
}
