import { ITEMS, type Item, PRICES } from './prices.ts';

/** Of each item so much for one request. */
export type Use = Readonly<Record<Item, number>>;

export interface Bill {
  /** USD of each item for a million requests, beyond what the plan includes. */
  items: Record<Item, number>;
  totalUsd: number;
}

export function billOfMillion(use: Use): Bill {
  // A million requests of so much each, at a price for a million.
  const items = Object.fromEntries(
    ITEMS.map((item) => [item, use[item] * PRICES[item].usdPerMillion]),
  ) as Bill['items'];
  return { items, totalUsd: ITEMS.reduce((sum, item) => sum + items[item], 0) };
}

export interface FreeDay {
  /** How many requests each limit of the free plan allows a day; items that are not used, or not limited, are left out. */
  requests: Partial<Record<Item, number>>;
  /** The limit that is reached first. */
  first: Item;
  /** What it allows. */
  most: number;
}

export function freeDayOf(use: Use): FreeDay {
  const requests: FreeDay['requests'] = {};
  let first: Item = 'workerRequests';
  for (const item of ITEMS) {
    const { freeADay } = PRICES[item];
    if (freeADay === undefined || use[item] <= 0) continue;
    requests[item] = Math.floor(freeADay / use[item]);
    if (requests[item] < (requests[first] ?? Number.POSITIVE_INFINITY)) first = item;
  }
  return { requests, first, most: requests[first] ?? Number.POSITIVE_INFINITY };
}
