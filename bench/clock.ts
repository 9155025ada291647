/** Microseconds on the machine's monotonic clock. All processes read the same clock, so the client can subtract the upstream's
 * stamps from its own times. */
export function nowMicros(): number {
  return Number(process.hrtime.bigint() / 1000n);
}

export function nowMs(): number {
  return nowMicros() / 1000;
}
