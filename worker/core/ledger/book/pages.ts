/**
 * Leases share rows: a page is one row of the `lease` table, so a ledger that wakes reads a handful of rows instead of hundreds.
 * The first pages are large, so that all leases of a quiet tenant fit in them. The others are small, because a busy tenant writes
 * a page with each call, and the cost of that grows with the size of the row.
 */
const LARGE_PAGES = 3;
const SLOTS_IN_LARGE_PAGE = 128;
const SLOTS_IN_SMALL_PAGE = 32;

/** A ledger keeps at least this many slots: the 256 leases of a fold fit in, together with those under way. */
export const SLOTS_IN_LARGE_PAGES = LARGE_PAGES * SLOTS_IN_LARGE_PAGE;

/** Slots and pages are numbered from 1. */
export const pageOf = (slot: number): number =>
  slot <= SLOTS_IN_LARGE_PAGES
    ? Math.ceil(slot / SLOTS_IN_LARGE_PAGE)
    : LARGE_PAGES + Math.ceil((slot - SLOTS_IN_LARGE_PAGES) / SLOTS_IN_SMALL_PAGE);

/** The last slot of a page. */
export const lastSlotOf = (page: number): number =>
  page <= LARGE_PAGES ? page * SLOTS_IN_LARGE_PAGE : SLOTS_IN_LARGE_PAGES + (page - LARGE_PAGES) * SLOTS_IN_SMALL_PAGE;
