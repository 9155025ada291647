import type { Counts } from '../counting/counters.ts';
import type { Use } from './bill.ts';
import { OBJECT_GB } from './prices.ts';

/** An assumption: a call that is answered at once keeps its object awake for this long, most of it until its writes are confirmed. Locally
 * that takes no measurable time. */
const SHORT_CALL_MS = 10;

/** The use of one request. `cpuMs` is rounded up to whole milliseconds only, because it is measured on a process that does more than the
 * Worker is billed for. */
export function useOf(counts: Counts, cpuMs: number): Use {
  const { requests = 0 } = counts;
  if (requests === 0) throw new Error('nothing was counted: no request came');
  const each = (...names: string[]) => names.reduce((sum, name) => sum + (counts[name] ?? 0), 0) / requests;
  // Each alarm that was set fires once.
  const objectRequests = each('objectCalls', 'alarmsSet');
  return {
    workerRequests: 1,
    cpuMs: Math.ceil(cpuMs),
    objectRequests,
    objectGbSeconds: ((each('objectMs') + objectRequests * SHORT_CALL_MS) / 1_000) * OBJECT_GB,
    rowsWritten: each('rowsWritten'),
    rowsRead: each('rowsRead'),
    kvReads: each('kvReads'),
    kvWrites: each('kvWrites', 'kvDeletes', 'kvLists'),
  };
}
