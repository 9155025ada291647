import type { Counts } from '../counting/counters.ts';
import { type Row, singleRow } from '../report/row.ts';
import type { Subject } from '../subject/subject.ts';

/** What is shown, in this order; the second group only where it is not nothing. */
const ALWAYS_SHOWN = {
  kvReads: 'KV reads',
  objectCalls: 'Durable Object calls',
  rowsWritten: 'rows written',
  rowsRead: 'rows read',
  fetches: 'fetches of the upstream',
};
const SHOWN_IF_ANY = {
  kvWrites: 'KV writes',
  kvDeletes: 'KV deletes',
  kvLists: 'KV lists',
  objectAlarms: 'Durable Object alarms',
  cacheReads: 'Cache API reads',
  cacheWrites: 'Cache API writes',
};
const PARTS = [
  { begin: 'objectCalls.', label: 'calls of' },
  { begin: 'rowsWritten.', label: 'rows written to the table' },
];

/** One of the counted Worker's own paths. */
export async function askCounted<Answer>({ port }: Subject, path: string): Promise<Answer> {
  return (await (await fetch(`http://127.0.0.1:${port}${path}`)).json()) as Answer;
}

export function countsBetween(before: Counts, after: Counts): Counts {
  return Object.fromEntries(Object.entries(after).map(([count, value]) => [count, value - (before[count] ?? 0)]));
}

/** Counts as rows, for each 1,000 requests. */
export function countedRows(counts: Counts, requests: number, named: { id: string; group: string }): Row[] {
  return labelled(counts).map(([count, label]) =>
    singleRow({ id: `${named.id}.${count}`, group: named.group, label, unit: '' }, [
      ((counts[count] ?? 0) / requests) * 1000,
    ]),
  );
}

function labelled(counts: Counts): [count: string, label: string][] {
  const counted = Object.keys(counts).filter((count) => (counts[count] ?? 0) > 0);
  return [
    ...Object.entries(ALWAYS_SHOWN),
    ...Object.entries(SHOWN_IF_ANY).filter(([count]) => counted.includes(count)),
    ...PARTS.flatMap(({ begin, label }) =>
      counted
        .filter((count) => count.startsWith(begin))
        .map((count): [string, string] => [count, `${label} ${count.slice(begin.length)}`]),
    ),
  ];
}
