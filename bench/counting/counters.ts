/** The code here runs inside the counted Worker's isolate. It counts the calls of each binding on the runtime's own classes, so that
 * nothing depends on how the Worker reached the binding. It is for counting runs only. Timed runs use the plain build. */
export const COUNTS_PATH = '/__bench/counts';

export type Counts = Record<string, number>;

/** The reply at `COUNTS_PATH`. */
export interface Counted {
  counts: Counts;
  /** The counts at the end of each fold of the ledger. */
  atFolds: Counts[];
}

export const counted: Counted = {
  counts: {
    requests: 0,
    kvReads: 0,
    kvWrites: 0,
    kvDeletes: 0,
    kvLists: 0,
    objectCalls: 0,
    objectMs: 0,
    alarmsSet: 0,
    rowsWritten: 0,
    rowsRead: 0,
    cacheReads: 0,
    cacheWrites: 0,
    fetches: 0,
  },
  atFolds: [],
};

type Method = (...args: unknown[]) => unknown;

const patched = new WeakSet<object>();

/** Replaces methods of `instance`'s class, once for all its instances. */
export function patchClassOf(instance: object, patches: Record<string, (original: Method) => Method>): void {
  const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
  if (patched.has(prototype)) return;
  patched.add(prototype);
  for (const [name, patch] of Object.entries(patches)) {
    const original = prototype[name];
    if (typeof original === 'function') prototype[name] = patch(original as Method);
  }
}

/** A patch that adds to a count: one for each call, unless `amount` says otherwise. */
export function adding(count: string, amount: (args: unknown[]) => number = () => 1) {
  return (original: Method): Method =>
    function (this: unknown, ...args) {
      add(count, amount(args));
      return original.apply(this, args);
    };
}

export function add(count: string, amount: number): void {
  const { counts } = counted;
  counts[count] = (counts[count] ?? 0) + amount;
}
