/** Searching receipts: the filter, the cursor, and what is found. */
import type { Receipt } from './receipt.ts';

/** What receipts must have in common; a field that is undefined may be anything. */
export interface ReceiptFilter {
  tenant?: string | undefined;
  feature?: string | undefined;
  userHash?: string | undefined;
  code?: string | undefined;
}

/** How far a search has come, going backwards: the record `index` in a row of the journal. Written `NUMBER.INDEX`. */
export interface ReceiptCursor {
  number: number;
  index: number;
}

/** A page of a search, the newest first. `next`: where the next page begins; null: there is none. */
export interface ReceiptPage {
  requests: Receipt[];
  next: string | null;
}

/** One step of the search for a request by its id. It goes on at the row `next`; null: it is over. */
export interface ReceiptFound {
  receipt: Receipt | null;
  next: number | null;
}

const FIELDS = ['tenant', 'feature', 'userHash', 'code'] as const satisfies (keyof ReceiptFilter)[];

/** Whether a receipt has all that is asked for. */
export const isAskedFor = (receipt: Receipt, filter: ReceiptFilter): boolean =>
  FIELDS.every((field) => filter[field] === undefined || filter[field] === receipt[field]);

/** Strings that the body of each flush with a matching receipt contains. */
export const textsOf = (filter: ReceiptFilter): string[] =>
  FIELDS.flatMap((field) => (filter[field] === undefined ? [] : [JSON.stringify(filter[field])]));

/** Undefined for a string that no search has returned as `next`. */
export function readCursor(text: string): ReceiptCursor | undefined {
  const [, number, index] = /^(\d{1,15})\.(\d{1,6})$/.exec(text) ?? [];
  return number === undefined ? undefined : { number: Number(number), index: Number(index) };
}
