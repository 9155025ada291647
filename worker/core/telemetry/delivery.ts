/** Limits on delivering telemetry, and when to try again. Records beyond the limits are dropped and counted. */
import type { Json } from '../../../protocol/json.ts';

/** At most this many records wait for one receiver. Beyond that, the oldest are dropped. */
export const MOST_WAITING = 1_000;
/** The most records in one call. */
export const MOST_IN_A_CALL = 200;
/** How long a receiver may take to answer. */
export const CALL_TIMEOUT_MS = 5_000;
/**
 * How long one request sends the records of all others, behind its response. The platform ends such work after 30 seconds, and a timer
 * may already have taken ten of them. The last call begins within this time.
 */
export const LONGEST_TURN_MS = 12_000;
/** At most this much of a receiver's answer is read. */
export const MOST_ANSWER_BYTES = 65_536;

const FIRST_RETRY_MS = 1_000;
const LAST_RETRY_MS = 60_000;
/** A receiver's `retry-after` counts only up to this. */
const LONGEST_RETRY_AFTER_MS = 300_000;

/** How long to wait after this many failures in a row. `random`, in [0, 1), keeps isolates from retrying together. */
export function retryWaitMs(failures: number, retryAfterMs: number | null, random: number): number {
  const backOffMs = Math.min(FIRST_RETRY_MS * 2 ** (failures - 1), LAST_RETRY_MS) * (0.5 + random / 2);
  return Math.ceil(Math.max(backOffMs, Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS)));
}

/** True if the same call may succeed later (OTLP, "Retryable Response Codes"). No other status is retried. */
export const mayRetry = (status: number): boolean => [429, 502, 503, 504].includes(status);

/** How many spans or data points a receiver says it has rejected although it answered with 200. They are not sent again. */
export function rejectedIn(answer: unknown): number {
  const { rejectedSpans, rejectedDataPoints } = ((answer as { partialSuccess?: Json } | null)?.partialSuccess ??
    {}) as Json;
  return Math.max(0, Number(rejectedSpans ?? rejectedDataPoints ?? 0)) || 0;
}
