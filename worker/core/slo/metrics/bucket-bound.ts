/**
 * A bound in milliseconds as the `le` label of a histogram in seconds. It always has a decimal point, because Prometheus 3 would
 * add one.
 */
export const bucketBound = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}.0` : String(ms / 1_000));
