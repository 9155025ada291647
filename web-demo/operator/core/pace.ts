/** How often the page calls: once a second on the whole, with room for the calls of one view. The router allows ten times that. */

const BURST = 20;
const INTERVAL_MS = 1_000;

/** Calls that may be made at once, at a time. */
export interface Pace {
  left: number;
  at: number;
}

/** Nothing was called yet. */
export const fullPace = (now: number): Pace => ({ left: BURST, at: now });

/** One call: when it may go out, in milliseconds from `now`. */
export function paced({ left, at }: Pace, now: number): { pace: Pace; waitMs: number } {
  const refilled = Math.min(BURST, left + Math.max(0, now - at) / INTERVAL_MS);
  return { pace: { left: refilled - 1, at: now }, waitMs: Math.max(0, Math.ceil((1 - refilled) * INTERVAL_MS)) };
}
