/** How long, and how much, an answer may be while it is written or kept (docs/answers.md). */

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** An answer, or what there is of it, is remembered so long: one hour more than the browser's queue (docs/travel-mode.md). */
export const KEEP_MS = 25 * HOUR;
/** A cached copy that a reader may resume: nobody was asked for it, so it need not last. */
export const KEEP_COPY_MS = 10 * 60 * SECOND;
/** No run is longer (docs/time-limits.md). With it one alarm, set at the beginning, is late enough: a second would be a row. */
export const LONGEST_RUN_MS = 15 * 60 * SECOND;
/** A key may be stamped so far ahead of our clock; what it names is then kept that much longer, so that its stamp is no
 *  younger than what is remembered: never a silent second run. */
export const STAMPED_AHEAD_MS = HOUR;

/** Events are stored in pages, not a row each: when so many bytes are gathered, or the oldest is so old. */
export const PAGE_BYTES = 16 * 1024;
export const PAGE_AGE_MS = SECOND;
/** An event longer than this is stored in parts: a row of a Durable Object holds 2 MB, and a unit is at most 3 bytes. */
export const PART_UNITS = 256 * 1024;
/** A shared answer is kept in memory while it is written, and costs no row unless it grows beyond this. */
export const SHARED_IN_MEMORY_BYTES = 1024 * 1024;

/** A complete shared answer is given to who comes a moment late: he looked into the cache before it was there. */
export const SHARED_KEEP_MS = 5 * SECOND;

/** A keyed run goes on so long after its last reader left. */
export const LINGER_MS = 60 * SECOND;
/** A resumable reader hears from us at least so often: a comment where there is nothing else. */
export const HEARTBEAT_MS = SECOND;
/** Other streams get a comment after this much silence, for proxies that would close them. */
export const KEEP_ALIVE_MS = 15 * SECOND;
/** A reader that takes nothing for so long has left, whatever its connection says; it may resume. */
export const READER_STALL_MS = 60 * SECOND;
