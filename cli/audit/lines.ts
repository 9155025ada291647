/** What `npm run audit` prints. */
import type { AuditEntry } from '../../worker/core/operators/operators.ts';
import { deploymentsText } from '../route/lines.ts';
import { durationText, utc } from '../times.ts';

/** Longer values are cut. `--json` prints them in full. */
const LONGEST_VALUE = 180;

export function auditLine({ number, at, who, what, from, to, pending }: AuditEntry, now: number): string {
  const change = pending
    ? 'never finished, so it may or may not have been made'
    : `${valueText(from)} → ${valueText(to)}`;
  return `${number}  ${utc(at)} (${durationText(now - at)} ago)  ${who}  ${what}: ${change}`;
}

/** Fields such as `until`, `since` and `createdAt` hold epoch milliseconds and are printed as dates. */
const isTime = (name: string, value: unknown): value is number =>
  typeof value === 'number' && /^(until|since)$|At$/.test(name);

function readable(name: string, value: unknown): unknown {
  if (name === 'deployments' && Array.isArray(value)) return deploymentsText(value);
  return isTime(name, value) ? utc(value) : value;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value, readable);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
