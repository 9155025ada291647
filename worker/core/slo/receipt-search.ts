/** Looking for receipts: what is asked for, and what is found. */
import type { Receipt } from './receipt.ts';

/** What receipts must have in common; a field that is undefined may be anything. */
export interface ReceiptFilter {
  tenant?: string | undefined;
  feature?: string | undefined;
  userHash?: string | undefined;
  code?: string | undefined;
}

/** Up to where a search has come: behind the record `index` of a row of the journal, backwards. Written `NUMBER.INDEX`. */
export interface ReceiptCursor {
  number: number;
  index: number;
}

/** A page of a search, the newest first. `next`: where it goes on; null: there is no more. */
export interface ReceiptPage {
  requests: Receipt[];
  next: string | null;
}

/** One step of looking for a request by its id: it goes on at the row `next`, where that is not null. */
export interface ReceiptFound {
  receipt: Receipt | null;
  next: number | null;
}

const FIELDS = ['tenant', 'feature', 'userHash', 'code'] as const satisfies (keyof ReceiptFilter)[];

/** Whether a receipt has all that is asked for. */
export const isAskedFor = (receipt: Receipt, filter: ReceiptFilter): boolean =>
  FIELDS.every((field) => filter[field] === undefined || filter[field] === receipt[field]);

/** Texts that the body of each flush with such a receipt contains. */
export const textsOf = (filter: ReceiptFilter): string[] =>
  FIELDS.flatMap((field) => (filter[field] === undefined ? [] : [JSON.stringify(filter[field])]));

/** Undefined for what no search has returned as `next`. */
export function readCursor(text: string): ReceiptCursor | undefined {
  const [, number, index] = /^(\d{1,15})\.(\d{1,6})$/.exec(text) ?? [];
  return number === undefined ? undefined : { number: Number(number), index: Number(index) };
}
