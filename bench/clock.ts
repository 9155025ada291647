/** Microseconds on the machine's monotonic clock. Every process reads the same one, so a stamp of the upstream can be
 * subtracted from a time of the client. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

export function nowMs(): number {
  return nowMicros() / 1000;
}
