import { ITEMS, type Item, PRICES, priceOf } from './prices.ts';

/** How much of each item one request uses. */
export type Use = Readonly<Record<Item, number>>;

export interface Bill {
  /** USD of each item for a million requests, beyond what the plan includes. */
  items: Record<Item, number>;
  totalUsd: number;
}

export function billOfMillion(use: Use): Bill {
  // A million requests, at a price per million.
  const items = Object.fromEntries(
    ITEMS.map((item) => [item, use[item] * PRICES[item].usdPerMillion]),
  ) as Bill['items'];
  return { items, totalUsd: ITEMS.reduce((sum, item) => sum + items[item], 0) };
}

export interface FreeDay {
  /** How many requests a day each limit of the free plan allows: none if a single request needs more than the limit for one request.
   *  Items that are not used, or not limited, are left out. */
  requests: Partial<Record<Item, number>>;
  /** The limit that is reached first. */
  first: Item;
  /** How many requests a day this limit allows. */
  most: number;
}

export function freeDayOf(use: Use): FreeDay {
  const requests: FreeDay['requests'] = {};
  let first: Item = 'workerRequests';
  for (const item of ITEMS) {
    const { freeADay, freeARequest = Number.POSITIVE_INFINITY } = priceOf(item);
    const isEnded = use[item] > freeARequest;
    if (use[item] <= 0 || (freeADay === undefined && !isEnded)) continue;
    requests[item] = isEnded ? 0 : Math.floor((freeADay ?? 0) / use[item]);
    if (requests[item] < (requests[first] ?? Number.POSITIVE_INFINITY)) first = item;
  }
  return { requests, first, most: requests[first] ?? Number.POSITIVE_INFINITY };
}
