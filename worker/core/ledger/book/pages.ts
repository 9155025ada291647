/**
 * Leases share rows: a page is one row of the `lease` table, so a ledger that wakes reads a handful of rows instead of hundreds.
 * The first pages are large, so that all leases of a quiet tenant fit in them. The others are small: a busy tenant writes a page
 * for each call, and the size of a row is then what that costs.
 */
const LARGE_PAGES = 3;
const SLOTS_IN_LARGE_PAGE = 128;
const SLOTS_IN_SMALL_PAGE = 32;

/** A ledger keeps at least these: the 256 leases of a fold fit in, with those under way beside them. */
export const SLOTS_IN_LARGE_PAGES = LARGE_PAGES * SLOTS_IN_LARGE_PAGE;

/** Slots and pages are numbered from 1. */
export const pageOf = (slot: number): number =>
  slot <= SLOTS_IN_LARGE_PAGES
    ? Math.ceil(slot / SLOTS_IN_LARGE_PAGE)
    : LARGE_PAGES + Math.ceil((slot - SLOTS_IN_LARGE_PAGES) / SLOTS_IN_SMALL_PAGE);

/** The last slot of a page. */
export const lastSlotOf = (page: number): number =>
  page <= LARGE_PAGES ? page * SLOTS_IN_LARGE_PAGE : SLOTS_IN_LARGE_PAGES + (page - LARGE_PAGES) * SLOTS_IN_SMALL_PAGE;
