/** The figures of docs/ledger.md, with their reasons. */

/** An id older than this, or as far in the future, is refused unless its row is known. No call lives that long. */
export const MAX_ASK_AGE_MS = 60_000;
/** How long after `settleBy` a report still lowers what was booked in full: longer than an outage worth settling. */
export const LATE_REPORT_MS = 3_600_000;
/** Added to `settleBy`, to cover clock drift and a clock that is set while a request runs. */
export const GRACE_MS = 30_000;
/** Longest time that a dead holder can block money and slots. */
export const LONGEST_RUN_MS = 15 * 60_000;
/** Longest time for which a revoked key still works in slices that were already granted. */
export const LONGEST_ADMIT_MS = 10_000;
/** How long a single request's grant is good for. */
export const LONE_ADMIT_MS = 5_000;

/** Most scopes of one ask. */
export const MOST_SCOPES = 6;
/** Most wants of one ask. */
export const MOST_WANTS = 4;
/** Most asks in one call, each from a different request. */
export const MOST_ASKS = 32;
/** Most reports in one call. */
export const MOST_REPORTS = 64;
/** `feature:` and 256 characters, which is the longest name that a user or a feature may have. */
export const LONGEST_SCOPE_NAME = 264;

/** Leases are folded into sums once this many are ripe, so that this many share the rows that a fold writes. */
export const FOLD_AT = 256;
/** Most rows that one fold visits: other calls wait behind it. */
export const FOLD_MOST = 1_000;
/** Sums are kept for this many months in addition to the current one, so that there is a year to compare with. */
export const KEEP_MONTHS = 13;

/** How long to wait for what others hold. It is a guess, because they may give it back at any moment. */
export const HELD_RETRY_MS = 1_000;
