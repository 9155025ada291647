/** Cloudflare's prices: the paid plan's price per million beyond the monthly allowance, and the free plan's daily allowance. They were read
 * on 21 November 2026. */
const WORKERS = 'https://developers.cloudflare.com/workers/platform/pricing/';
const OBJECTS = 'https://developers.cloudflare.com/durable-objects/platform/pricing/';
const KV = 'https://developers.cloudflare.com/kv/platform/pricing/';

interface Price {
  label: string;
  usdPerMillion: number;
  includedAMonth: number;
  /** Undefined if there is no daily limit. */
  freeADay: number | undefined;
  /** The free plan's limit for a single request, if there is one. The platform ends a request that needs more. */
  freeARequest?: number;
  source: string;
}

const million = 1_000_000;

export const PRICES = {
  workerRequests: {
    label: 'Workers requests',
    usdPerMillion: 0.3,
    includedAMonth: 10 * million,
    freeADay: 100_000,
    source: WORKERS,
  },
  cpuMs: {
    label: 'CPU, ms',
    usdPerMillion: 0.02,
    includedAMonth: 30 * million,
    freeADay: undefined,
    freeARequest: 10,
    source: WORKERS,
  },
  objectRequests: {
    label: 'object requests',
    usdPerMillion: 0.15,
    includedAMonth: million,
    freeADay: 100_000,
    source: OBJECTS,
  },
  objectGbSeconds: {
    label: 'object GB-s',
    usdPerMillion: 12.5,
    includedAMonth: 400_000,
    freeADay: 13_000,
    source: OBJECTS,
  },
  rowsWritten: {
    label: 'rows written',
    usdPerMillion: 1,
    includedAMonth: 50 * million,
    freeADay: 100_000,
    source: OBJECTS,
  },
  rowsRead: {
    label: 'rows read',
    usdPerMillion: 0.001,
    includedAMonth: 25_000 * million,
    freeADay: 5 * million,
    source: OBJECTS,
  },
  kvReads: { label: 'KV reads', usdPerMillion: 0.5, includedAMonth: 10 * million, freeADay: 100_000, source: KV },
  // Deletes and lists cost the same and have limits of the same size.
  kvWrites: { label: 'KV writes', usdPerMillion: 5, includedAMonth: million, freeADay: 1_000, source: KV },
} as const satisfies Record<string, Price>;

export type Item = keyof typeof PRICES;

export const priceOf = (item: Item): Price => PRICES[item];

export const ITEMS = Object.keys(PRICES) as Item[];

/** The memory that an object is billed for, however much it uses. */
export const OBJECT_GB = 0.128;
