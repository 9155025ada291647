/**
 * Receipts, read from the journal. A search for an id reads the rows around the id's time, and any other search goes backwards.
 * Each call reads a bounded number of rows.
 */
import { timeOfUuidV7 } from '../../../protocol/uuid-v7.ts';
import type { FlushBody } from '../../core/slo/flush.ts';
import { unpackRecords } from '../../core/slo/packed.ts';
import { KEEP_RECEIPTS_MS, type Receipt } from '../../core/slo/receipt.ts';
import {
  matchesFilter,
  type ReceiptCursor,
  type ReceiptFilter,
  type ReceiptFound,
  type ReceiptPage,
  searchStrings,
} from '../../core/slo/receipt-search.ts';
import type { Journal } from './journal.ts';

/** About 12 MB of full rows, which SQLite searches for a string. */
const MOST_ROWS_A_CALL = 2_000;
/** A request runs for a quarter of an hour at most, and its batch is on its way for less than a minute. */
const LONGEST_WAY_MS = 20 * 60_000;
/** The clocks of an isolate and the book may differ by this much. */
const CLOCKS_DIFFER_MS = 60_000;

/** Empty if the body cannot be read, because it is from a build with other records. */
function receiptsIn(body: string): Receipt[] {
  try {
    return unpackRecords((JSON.parse(body) as FlushBody).records);
  } catch {
    return [];
  }
}

/** One step of the search for a request, from the journal's row `since` on. To go on, call it again with `next`. */
export function findReceipt(journal: Journal, requestId: string, now: number, since = 0): ReceiptFound {
  const { receipt, next } = lookForReceipt(journal, requestId, now, since);
  return { receipt, next };
}

/** The same step. `looked` is how many rows it searched. */
export function lookForReceipt(
  journal: Journal,
  requestId: string,
  now: number,
  since: number,
): ReceiptFound & { looked: number } {
  const madeAt = timeOfUuidV7(requestId);
  if (madeAt === undefined) return { receipt: null, next: null, looked: 0 };
  const from = Math.max(since, journal.firstSince(Math.max(madeAt - CLOCKS_DIFFER_MS, now - KEEP_RECEIPTS_MS)));
  const end = journal.firstSince(madeAt + LONGEST_WAY_MS) - 1;
  const to = Math.min(end, from + MOST_ROWS_A_CALL - 1);
  for (const { number, body } of journal.containing([JSON.stringify(requestId)], from, to, 'ASC')) {
    const receipt = receiptsIn(body).find((one) => one.requestId === requestId);
    if (receipt !== undefined) return { receipt, next: null, looked: number - from + 1 };
  }
  return { receipt: null, next: to < end ? to + 1 : null, looked: Math.max(0, to - from + 1) };
}

/** Receipts in the order in which the book took them, the newest first; within a page they are sorted by arrival. */
export function listReceipts(
  journal: Journal,
  filter: ReceiptFilter,
  most: number,
  now: number,
  before: ReceiptCursor = { number: journal.newest, index: Number.POSITIVE_INFINITY },
): ReceiptPage {
  const oldest = journal.firstSince(now - KEEP_RECEIPTS_MS);
  const from = Math.max(oldest, before.number - MOST_ROWS_A_CALL + 1);
  const requests: Receipt[] = [];
  const page = (next: string | null): ReceiptPage => ({
    requests: requests.toSorted((one, other) => other.arrivedAt - one.arrivedAt),
    next,
  });
  for (const { number, body } of journal.containing(searchStrings(filter), from, before.number, 'DESC')) {
    const receipts = receiptsIn(body);
    const end = number === before.number ? Math.min(before.index, receipts.length) : receipts.length;
    for (let index = end - 1; index >= 0; index--) {
      const receipt = receipts[index] as Receipt;
      if (!matchesFilter(receipt, filter)) continue;
      if (requests.length === most) return page(`${number}.${index + 1}`);
      requests.push(receipt);
    }
  }
  return page(from > oldest ? `${from}.0` : null);
}
