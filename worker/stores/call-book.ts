import { within } from '../core/within.ts';
import type { Clock } from '../ports.ts';

/** A call to the book that takes longer counts as unanswered. */
export const LONGEST_CALL_MS = 3_000;

/** Makes one call to the book. Undefined if it fails or is not answered in time. */
export function callBook<Reply>(call: () => Promise<Reply>, clock: Clock): Promise<Reply | undefined> {
  const called = (async (): Promise<Reply> => call())().catch(() => undefined);
  return within(called, LONGEST_CALL_MS, clock, undefined);
}
