/** What `npm run audit` prints. */
import type { AuditEntry } from '../../worker/core/operators/operators.ts';
import { durationText, utc } from '../times.ts';

/** Longer ones are there with `--json`. */
const LONGEST_VALUE = 120;

export function auditLine({ number, at, who, what, from, to, pending }: AuditEntry, now: number): string {
  const change = pending ? 'never finished: it may have been made or not' : `${valueText(from)} → ${valueText(to)}`;
  return `${number}  ${utc(at)} (${durationText(now - at)} ago)  ${who}  ${what}: ${change}`;
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= LONGEST_VALUE ? text : `${text.slice(0, LONGEST_VALUE)}…`;
}
