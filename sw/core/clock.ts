/** How far this device's clock is from the router's. Idempotency keys contain the router's time, and the router judges their age by it. */

/** One request and its answer. Both times are by this device's clock. */
export interface Exchange {
  sentAt: number;
  receivedAt: number;
  /** The `date` header of the router's answer, in whole seconds. The router wrote it between the two times above. */
  date: string | null;
}

/**
 * The milliseconds to add to this device's clock. One exchange only gives bounds for this offset. A known offset within the bounds
 * stays, so a slow answer cannot spoil what a quick one showed.
 */
export function clockOffsetMs(known: number, { sentAt, receivedAt, date }: Exchange): number {
  const dated = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(dated) || receivedAt < sentAt) return known;
  const least = dated - receivedAt;
  const most = dated + 999 - sentAt;
  return Math.min(Math.max(known, least), most);
}
