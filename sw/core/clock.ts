/** How far this device's clock is from the router's: idempotency keys contain the router's time, by which it judges their age. */

/** By this device's clock. */
export interface Exchange {
  sentAt: number;
  receivedAt: number;
  /** The `date` of the router's answer: whole seconds, made at some time between the two. */
  date: string | null;
}

/**
 * What to add to this device's clock, in milliseconds. An exchange only bounds it, so an offset that fits stays as it is, and a
 * slow answer cannot spoil what a quick one showed.
 */
export function clockOffsetMs(known: number, { sentAt, receivedAt, date }: Exchange): number {
  const dated = date === null ? Number.NaN : Date.parse(date);
  if (Number.isNaN(dated) || receivedAt < sentAt) return known;
  const least = dated - receivedAt;
  const most = dated + 999 - sentAt;
  return Math.min(Math.max(known, least), most);
}
