import { billOfMillion } from '../costs/bill.ts';
import { type CountedTraffic, countTraffic } from '../costs/count.ts';
import { type CostOfTraffic, writeDocument } from '../costs/document.ts';
import { ANSWER_MS, TRAFFIC, type Traffic } from '../costs/traffic.ts';
import { useOf } from '../costs/use.ts';
import { buildCountedWorker } from '../counting/build.ts';
import type { Counts } from '../counting/counters.ts';
import type { Plan } from '../plan.ts';
import { type Row, singleRow } from '../report/row.ts';
import type { Workshop } from '../subject/workshop.ts';
import { startUpstream } from '../upstream/start.ts';

/** The counts that are always shown, in this order, per 1,000 requests. The others are shown only if they are not zero. */
const ALWAYS_SHOWN = {
  rowsWritten: 'rows written',
  objectCalls: 'Durable Object calls',
  kvReads: 'KV reads',
  rowsRead: 'rows read',
};
const SHOWN_IF_ANY = {
  alarmsSet: 'alarms set',
  kvWrites: 'KV writes',
  kvDeletes: 'KV deletes',
  kvLists: 'KV lists',
  cacheReads: 'Cache API reads',
  cacheWrites: 'Cache API writes',
};
const PARTS = [
  { begin: 'objectCalls.', label: 'calls of' },
  { begin: 'rowsWritten.', label: 'rows written to the table' },
];

/** Counts what a bill would count, and calculates the bill. Several traffics run at once, each in its own process, because only counts are
 * taken and most of the time is waiting. `isWritten`: also write the result to docs/costs.md. */
export async function measureCosts(workshop: Workshop, plan: Plan['costs'], isWritten: boolean): Promise<Row[]> {
  const scriptPath = await buildCountedWorker(workshop);
  const slowUpstream = await startUpstream();
  try {
    await slowUpstream.script({
      ...plan.streamed,
      firstContentDelayMs: plan.streamed.paceMs,
      wholeDelayMs: ANSWER_MS,
    });
    const shop = { ...workshop, upstreamPort: slowUpstream.port };
    const counted = new Map<string, CountedTraffic>();
    const count = async (traffic: Traffic) =>
      void counted.set(traffic.id, await countTraffic(traffic, shop, scriptPath, plan));
    // The busy ones run without the others. A process that is kept waiting would get its requests in bursts, and take different leases for
    // them.
    await Promise.all(TRAFFIC.filter(({ pace }) => pace === 'busy').map(count));
    await Promise.all(TRAFFIC.filter(({ pace }) => pace !== 'busy').map(count));
    const costs = TRAFFIC.map((traffic) => costOf(traffic, counted));
    if (isWritten) await writeDocument(costs);
    return costs.flatMap(costRows);
  } finally {
    slowUpstream.stop();
  }
}

function costOf(traffic: Traffic, all: ReadonlyMap<string, CountedTraffic>): CostOfTraffic {
  const { id, cpuOf = id } = traffic;
  const counted = all.get(id);
  if (counted === undefined) throw new Error(`${id} was not counted`);
  // On other systems than Linux the CPU time is unknown, and 0 is better than a wrong figure.
  return { traffic, counted, use: useOf(counted.counts, all.get(cpuOf)?.cpuMs ?? 0) };
}

function costRows({ traffic: { id, title }, counted: { counts, folds }, use }: CostOfTraffic): Row[] {
  const { requests = 0 } = counts;
  const group = `Costs per 1,000 requests: ${title} (${requests} counted, ${folds === 0 ? 'from beginning to end' : `${folds} folds`})`;
  const row = (figure: string, label: string, value: number, unit = '') =>
    singleRow({ id: `costs.${id}.${figure}`, group, label, unit }, [value]);
  return [
    ...labelled(counts).map(([count, label]) => row(count, label, ((counts[count] ?? 0) / requests) * 1_000)),
    row('objectSeconds', 'seconds of objects at work', (counts.objectMs ?? 0) / requests),
    row('usdPerMillion', 'a million requests, beyond the plan', billOfMillion(use).totalUsd, 'USD'),
  ];
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
