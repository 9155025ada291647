/** A record as a line of JSON, for systems that index logs. */
import type { RequestRecord } from '../slo/record.ts';
import { successVerdict, type VerdictSettings } from '../slo/rules.ts';

/** All of a record's fields, and in front of them the kind of line, when the request ended, and its outcome. */
export function logLine(record: RequestRecord, slo: VerdictSettings): string {
  const endedAt = new Date(record.arrivedAt + record.totalMs).toISOString();
  return JSON.stringify({
    event: 'request_record',
    at: endedAt,
    outcome: successVerdict(record, slo).outcome,
    ...record,
  });
}
