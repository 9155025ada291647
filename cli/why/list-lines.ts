/** What `npm run why -- list` prints: a row for each request. */
import type { Receipt } from '../../worker/core/slo/receipt.ts';
import { table, usd, utcText } from '../budget/words.ts';

/** `GET /admin/requests`. */
export interface RequestsAnswer {
  requests: readonly Receipt[];
  next: string | null;
}

const HEADINGS = ['arrived', 'request', 'tenant', 'feature', 'end', 'by', 'attempts', 'first', 'whole', 'cost'];
const NUMBERS = [6, 7, 8, 9];

/** `asked`: the flags of this search, which the command for the next page repeats. */
export function requestLines({ requests, next }: RequestsAnswer, asked: Readonly<Record<string, string>>): string[] {
  const flags = Object.entries(asked).flatMap(([name, value]) => (name === 'before' ? [] : [` --${name} ${value}`]));
  return [
    ...(requests.length === 0 ? ['None found.'] : table([HEADINGS, ...requests.map(row)], NUMBERS)),
    ...(next === null ? [] : ['', `Older: npm run why -- list${flags.join('')} --before ${next}`]),
  ];
}

const row = (receipt: Receipt): string[] => [
  ...[utcText(receipt.arrivedAt), receipt.requestId, receipt.tenant ?? '-', receipt.feature ?? '-', endText(receipt)],
  ...[receipt.deployment ?? '-', String(receipt.attempts.length), seconds(receipt.ttftMs), seconds(receipt.totalMs)],
  usd(receipt.costMicroUsd),
];

function endText({ code, ending, cache, staleCause, role }: Receipt): string {
  if (code !== null) return code;
  if (staleCause !== null) return `stale: ${staleCause}`;
  if (cache === 'hit') return 'cache hit';
  return role === 'replayed' || role === 'attached' ? role : ending;
}

const seconds = (ms: number | null): string => (ms === null ? '-' : `${(ms / 1_000).toFixed(2)} s`);
