/** What `npm run audit` prints. */
import type { AuditEntry } from '../../worker/core/operators/operators.ts';
import { durationText, utc } from '../times.ts';

/** Longer ones are there with `--json`. */
const LONGEST_VALUE = 120;

export function auditLine({ number, at, who, what, from, to, pending }: AuditEntry, now: number): string {
  const change = pending ? 'never finished: it may have been made or not' : `${valueText(from)} → ${valueText(to)}`;
  return `${number}  ${utc(at)} (${durationText(now - at)} ago)  ${who}  ${what}: ${change}`;
}

/** `until`, `since`, `createdAt`, …: in epoch milliseconds, which nobody reads. */
const isTime = (name: string, value: unknown): value is number =>
  typeof value === 'number' && /^(until|since)$|At$/.test(name);

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value, (name, one) => (isTime(name, one) ? utc(one) : one));
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
