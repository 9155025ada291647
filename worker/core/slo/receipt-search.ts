/** Searching receipts: the filter, the cursor, and what is found. */
import type { Receipt } from './receipt.ts';

/** The values that a receipt must have. A field that is undefined matches any value. */
export interface ReceiptFilter {
  tenant?: string | undefined;
  feature?: string | undefined;
  userHash?: string | undefined;
  code?: string | undefined;
}

/** How far a search has come on its way back in time: to the record `index` in one row of the journal. It is written `NUMBER.INDEX`. */
export interface ReceiptCursor {
  number: number;
  index: number;
}

/** A page of a search, the newest first. `next` is where the next page begins, or null if there is none. */
export interface ReceiptPage {
  requests: Receipt[];
  next: string | null;
}

/** One step of the search for a request by its id. The search goes on at the row `next`, or is over if that is null. */
export interface ReceiptFound {
  receipt: Receipt | null;
  next: number | null;
}

const FIELDS = ['tenant', 'feature', 'userHash', 'code'] as const satisfies (keyof ReceiptFilter)[];

/** Whether a receipt matches the filter. */
export const matchesFilter = (receipt: Receipt, filter: ReceiptFilter): boolean =>
  FIELDS.every((field) => filter[field] === undefined || filter[field] === receipt[field]);

/** Strings that the body of each flush with a matching receipt contains. */
export const searchStrings = (filter: ReceiptFilter): string[] =>
  FIELDS.flatMap((field) => (filter[field] === undefined ? [] : [JSON.stringify(filter[field])]));

/** Reads a cursor. Returns undefined for a string that no search has returned as `next`. */
export function readCursor(text: string): ReceiptCursor | undefined {
  const [, number, index] = /^(\d{1,15})\.(\d{1,6})$/.exec(text) ?? [];
  return number === undefined ? undefined : { number: Number(number), index: Number(index) };
}
