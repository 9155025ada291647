const { now } = Date;
let forwardMs = 0;

Date.now = () => now() + forwardMs;

/** Rows are folded when they are a minute old, which a short count does not reach. Only while nothing is under way: a request
 * that meets it would think that it had waited for so long. */
export function setClockForward(ms: number): number {
  forwardMs += ms;
  return forwardMs;
}
