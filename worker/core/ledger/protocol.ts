/** The figures of docs/ledger.md, with their reasons. */

/** Longer than any call lives. An id older than this (or as far in the future) is refused unless its row is known. */
export const MAX_ASK_AGE_MS = 60_000;
/** So long after `settleBy` a report still lowers what was booked in full: longer than an outage worth settling. */
export const LATE_REPORT_MS = 3_600_000;
/** Covers drift, and a clock set while a request runs. */
export const GRACE_MS = 30_000;
/** A dead holder's money and slots are locked so long. */
export const LONGEST_RUN_MS = 15 * 60_000;
/** A revoked key lives on so long in slices. */
export const LONGEST_ADMIT_MS = 10_000;
/** How long a lone request's reply is waited for. */
export const LONE_ADMIT_MS = 5_000;

export const MOST_SCOPES = 6;
export const MOST_WANTS = 4;
/** Asks that one call brings, of as many requests. */
export const MOST_ASKS = 32;
export const MOST_REPORTS = 64;
/** `feature:` and 256 characters, which is as long as a user's or a feature's own name may be. */
export const LONGEST_SCOPE_NAME = 264;

/** Rows are folded into sums when so many are ripe, so that a fold's own rows are shared by as many leases. */
export const FOLD_AT = 256;
/** Rows at most that one fold visits: its call has others waiting behind it. */
export const FOLD_MOST = 1_000;
/** A running and a year to compare it with. */
export const KEEP_MONTHS = 13;

/** A guess, for what may be given back at any moment. */
export const HELD_RETRY_MS = 1_000;
