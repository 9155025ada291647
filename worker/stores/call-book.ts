import { within } from '../core/within.ts';
import type { Clock } from '../ports.ts';

/** A call of the book that takes longer counts as not answered. */
export const LONGEST_CALL_MS = 3_000;

/** One call of the book; undefined where it fails or does not answer in time. */
export function callBook<Reply>(call: () => Promise<Reply>, clock: Clock): Promise<Reply | undefined> {
  const called = (async (): Promise<Reply> => call())().catch(() => undefined);
  return within(called, LONGEST_CALL_MS, clock, undefined);
}
