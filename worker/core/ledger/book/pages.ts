/**
 * Leases share rows: a page is one row of the `lease` table, so a ledger that wakes reads a handful of rows instead of hundreds.
 * The first pages are large, because a quiet tenant's leases all fit in them. The others are small: a busy tenant writes a
 * page for each grant and each close, and a row's size is then what that costs.
 */
const LARGE_PAGES = 3;
const SLOTS_IN_LARGE_PAGE = 128;
const SLOTS_IN_SMALL_PAGE = 32;

/** A ledger keeps at least these; a fold's 256 leases and those under way beside them fit in. */
export const SLOTS_IN_LARGE_PAGES = LARGE_PAGES * SLOTS_IN_LARGE_PAGE;

/** Slots and pages are numbered from 1. */
export const pageOf = (slot: number): number =>
  slot <= SLOTS_IN_LARGE_PAGES
    ? Math.ceil(slot / SLOTS_IN_LARGE_PAGE)
    : LARGE_PAGES + Math.ceil((slot - SLOTS_IN_LARGE_PAGES) / SLOTS_IN_SMALL_PAGE);

export const lastSlotOf = (page: number): number =>
  page <= LARGE_PAGES ? page * SLOTS_IN_LARGE_PAGE : SLOTS_IN_LARGE_PAGES + (page - LARGE_PAGES) * SLOTS_IN_SMALL_PAGE;
