/** How long and how hard an alert is tried to be told. What is lost beyond is counted and shown. */
export const KEEP_TRYING_MS = 3 * 86_400_000;
/** Of one webhook; of the tenant that has most the oldest go first. */
export const MOST_WAITING = 1_000;
/** Alerts that wait for nobody any more, kept to be shown. */
export const MOST_SHOWN = 1_000;
/** A Worker has six connections that wait for an answer's head; a seventh would be timed before it begins. */
export const MOST_CALLS = 4;
/** Beside those. */
export const MOST_TESTS = 2;
export const CALL_TIMEOUT_MS = 10_000;
export const FIRST_RETRY_MS = 2_000;
export const LAST_RETRY_MS = 15 * 60_000;
/** A webhook's own `retry-after` counts up to this. */
export const LONGEST_RETRY_AFTER_MS = 3_600_000;
/** Later no call is under way any more: the life that made it has ended. */
export const LOST_CALL_MS = CALL_TIMEOUT_MS + 1_000;
