/**
 * How often the page calls the router: once a second on average, with a burst for the calls of one view. The router allows ten times that.
 */

const BURST = 20;
const INTERVAL_MS = 1_000;

/** How many calls can be made at once at a given time. */
export interface Pace {
  left: number;
  at: number;
}

/** The pace before the first call. */
export const fullPace = (now: number): Pace => ({ left: BURST, at: now });

/** Takes one call. Returns how long it must wait, in milliseconds from `now`. */
export function paced({ left, at }: Pace, now: number): { pace: Pace; waitMs: number } {
  const refilled = Math.min(BURST, left + Math.max(0, now - at) / INTERVAL_MS);
  return { pace: { left: refilled - 1, at: now }, waitMs: Math.max(0, Math.ceil((1 - refilled) * INTERVAL_MS)) };
}
