/** Limits on delivering alerts. Alerts given up are counted and shown. */

/** How long an alert is retried. */
export const KEEP_TRYING_MS = 3 * 86_400_000;
/** At most this many alerts of one severity wait for one webhook. Beyond that, the oldest of the tenant with the most are given up. */
export const MOST_WAITING = 1_000;
/** At most this many finished alerts are kept to be shown. */
export const MOST_SHOWN = 1_000;
/**
 * At most this many webhooks are called at once. A Worker may wait for the response headers of six calls; a seventh would run into
 * its timeout before it begins.
 */
export const MOST_CALLS = 4;
/** At most this many test calls run beside them. */
export const MOST_TESTS = 2;
/** How long a webhook may take. */
export const CALL_TIMEOUT_MS = 10_000;
/** The first wait before a retry; it doubles each time. */
export const FIRST_RETRY_MS = 2_000;
/** The longest wait before a retry. */
export const LAST_RETRY_MS = 15 * 60_000;
/** The longest wait before a retry while a page or an incident waits. */
export const LAST_URGENT_RETRY_MS = 60_000;
/** A webhook's own `retry-after` is respected up to this. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** After this long no call can still be running: the instance that made it has ended. */
export const LOST_CALL_MS = CALL_TIMEOUT_MS + 1_000;
