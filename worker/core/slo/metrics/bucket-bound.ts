/** A bound in milliseconds as the `le` label of a histogram in seconds: with a decimal point always, as Prometheus 3 makes it anyway. */
export const bucketBound = (ms: number): string => (ms % 1_000 === 0 ? `${ms / 1_000}.0` : String(ms / 1_000));
