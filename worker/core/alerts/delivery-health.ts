/** Whether a webhook works, and when to try it next. */
import type { Attempt } from './alert.ts';
import { FIRST_RETRY_MS, LAST_RETRY_MS, LAST_URGENT_RETRY_MS, LONGEST_RETRY_AFTER_MS } from './limits.ts';

/** How calling a webhook has gone. */
export interface DeliveryHealth {
  /** Failures in a row. */
  failures: number;
  nextTryAt: number;
  lastError: string | null;
}

/** The health of a webhook whose last call succeeded, or that was never called. */
export const HEALTHY_WEBHOOK: DeliveryHealth = { failures: 0, nextTryAt: 0, lastError: null };

/**
 * The health after one call. `random`, in [0, 1), keeps webhooks of one receiver from retrying together. `isUrgent` is true if a
 * page or an incident waits.
 */
export function deliveryHealthAfter(
  standing: DeliveryHealth,
  attempt: Attempt,
  now: number,
  random: number,
  isUrgent: boolean,
): DeliveryHealth {
  if (attempt.ok || attempt.isRefused) return HEALTHY_WEBHOOK;
  const { failures } = standing;
  const waitMs =
    Math.min(FIRST_RETRY_MS * 2 ** failures, isUrgent ? LAST_URGENT_RETRY_MS : LAST_RETRY_MS) * (0.5 + random / 2);
  const askedMs = Math.min(attempt.retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  const nextTryAt = now + Math.ceil(Math.max(waitMs, askedMs));
  return { failures: failures + 1, nextTryAt, lastError: attempt.error };
}
