/** How long and how hard an alert is tried to be told. What is lost beyond is counted and shown. */
export const KEEP_TRYING_MS = 3 * 86_400_000;
/** Of one webhook; the oldest go first. */
export const MOST_WAITING = 1_000;
/** Alerts that wait for nobody any more, kept to be shown. */
export const MOST_SHOWN = 1_000;
export const CALL_TIMEOUT_MS = 10_000;
export const FIRST_RETRY_MS = 2_000;
export const LAST_RETRY_MS = 15 * 60_000;
/** A webhook's own `retry-after` counts up to this. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** Later no call is under way any more: the life that made it has ended. */
export const LOST_CALL_MS = CALL_TIMEOUT_MS + 1_000;
