/** How long answers are kept, how much of them is kept, and how long the router waits for their readers (docs/answers.md). */

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** How long a keyed answer, whole or partial, is kept: one hour longer than the browser's queue (docs/travel-mode.md). */
export const KEEP_MS = 25 * HOUR;
/** How long a cached copy is kept for a reader that may resume it. It was not paid for, so it need not last. */
export const KEEP_COPY_MS = 10 * 60 * SECOND;
/** The longest run (docs/time-limits.md). Because of it, one alarm set at the beginning is late enough. A second would cost a row. */
export const LONGEST_RUN_MS = 15 * 60 * SECOND;
/**
 * How far the time in a key may be ahead of our clock. The key's answer is kept that much longer. When it is forgotten, the key is old
 * enough to be refused, so it never runs a second time.
 */
export const STAMPED_AHEAD_MS = HOUR;

/** Events are stored in pages. A page is stored once it has this many bytes. */
export const PAGE_BYTES = 16 * 1024;
/** A page is also stored once its oldest event has waited this long. */
export const PAGE_AGE_MS = SECOND;
/** An event longer than this is stored in parts: a row of a Durable Object holds 2 MB, and a UTF-16 unit is at most 3 bytes. */
export const PART_UNITS = 256 * 1024;

/** Up to this size, a shared answer is kept in memory for callers that come later. */
export const SHARED_IN_MEMORY_BYTES = 1024 * 1024;
/** How far a reader of a larger shared answer may fall behind. Beyond that the provider's stream waits, as it does for a single reader. */
export const SHARED_BEHIND_BYTES = 8 * 1024 * 1024;
/** A complete shared answer is served this long to latecomers that missed the cache just before the answer was written to it. */
export const SHARED_KEEP_MS = 5 * SECOND;
/** After a shared answer has refused this many callers, the Workers of the remaining ones are told to answer them alone. */
export const MOST_REFUSED_CALLERS = 8;

/** How long a keyed run goes on after its last reader has left. */
export const LINGER_MS = 60 * SECOND;
/** The longest silence on a resumable stream. After it a comment is sent. */
export const HEARTBEAT_MS = SECOND;
/** The longest silence on other streams. A comment then keeps proxies from closing them. */
export const KEEP_ALIVE_MS = 15 * SECOND;
/** A reader that takes nothing for this long counts as gone, even if its connection is open. It may resume. */
export const READER_STALL_MS = 60 * SECOND;
