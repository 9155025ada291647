/** What is kept of a record for seven days, and shown to operators: all of it, or its index entry. */

import { concerns } from './book/series-names.ts';
import type { RequestRecord } from './record.ts';
import { successVerdict } from './rules.ts';
import type { Slo } from './slo.ts';

/** How long a request can be looked up. */
export const KEEP_RECEIPTS_MS = 7 * 86_400_000;

/** One record in this many is kept whole, however well it went. */
const SAMPLE = 100;

/** The fields that an index entry leaves out. The book counts none of them. */
export type Detail =
  | 'alias'
  | 'keyId'
  | 'class'
  | 'door'
  | 'stream'
  | 'cacheAgeS'
  | 'cacheTtlS'
  | 'colo'
  | 'build'
  | 'promptVersion'
  | 'traceparent';

/** A record without its details. */
export type RequestEntry = Omit<RequestRecord, Detail>;

/** A record as `GET /admin/requests` shows it. */
export type Receipt = (RequestRecord & { whole: true }) | (RequestEntry & { whole: false });

/** Whether the whole record is kept: for bad, failed-over, slow and drill requests, and for a sample of the others. */
export function isKeptWhole(record: RequestRecord, slo: Slo): boolean {
  const { attempts, hops, drill, mode, requestId } = record;
  if (hops > 0 || attempts.length > 1 || drill !== null || mode === 'drill') return true;
  if (successVerdict(record, slo).outcome === 'bad' || isSlow(record, slo)) return true;
  // The last digits of an id are random.
  return Number.parseInt(requestId.slice(-6), 16) % SAMPLE === 0;
}

/**
 * Whether the first content (or the end, if there was no content) came later than an objective of the feature and tenant allows.
 */
function isSlow({ feature, tenant, ttftMs, totalMs }: RequestRecord, { objectives }: Slo): boolean {
  const waitedMs = ttftMs ?? totalMs;
  return objectives.some(
    (objective) =>
      objective.sli.kind === 'ttft' && waitedMs > objective.sli.underMs && concerns(objective, tenant, feature),
  );
}
