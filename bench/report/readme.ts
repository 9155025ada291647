import { judge } from './aims.ts';
import type { Row } from './row.ts';
import { cells, short } from './table.ts';

/** The rows of docs/benchmark.md, "Results", in its order, and their names there. */
const SHOWN: readonly (readonly [id: string, name: string])[] = [
  ['saturated.requestsPerSecond', 'saturated: requests/s'],
  ['saturated.cpuMsPerRequest', 'saturated: CPU per request, ms'],
  ['fixedRate.p50Ms', 'at 100 requests/s: p50, ms'],
  ['fixedRate.p99Ms', 'at 100 requests/s: p99, ms'],
  ['streamed.timeToFirstTokenP50Ms', 'first token, p50, ms'],
  ['streamed.chunkDelayP50Ms', 'delay of a chunk, p50, ms'],
  ['thousandUsers.saturated.requestsPerSecond', '1,000 users, saturated: requests/s'],
  ['thousandUsers.saturated.cpuMsPerRequest', '1,000 users, saturated: CPU per request, ms'],
  ['withoutLedger.saturated.requestsPerSecond', 'without the ledger, saturated: requests/s'],
  ['withoutLedger.saturated.cpuMsPerRequest', 'without the ledger, saturated: CPU per request, ms'],
  ['cacheHit.saturated.requestsPerSecond', 'cached hits, saturated: requests/s'],
  ['resumable.streamed.timeToFirstTokenP50Ms', 'resumable stream: first token, p50, ms'],
  ['resumable.streamed.chunkDelayP50Ms', 'resumable stream: delay of a chunk, p50, ms'],
  ['memory.tenMegabytes.grownMiB', 'one stream of 10 MB: memory grown by, MiB'],
  ['resumable.memory.tenMegabytes.grownMiB', 'one resumable stream of 10 MB: memory grown by, MiB'],
  ['memory.streams200.grownMiB', '200 streams at once: memory grown by, MiB'],
  ['resumable.memory.streams200.grownMiB', '200 resumable streams at once: memory grown by, MiB'],
  ['memory.streams500.peakMiB', '500 streams at once, all complete: memory at the peak, MiB'],
  ['admission.oneUser.perCore', 'the admit step alone, one user: for each second of a core'],
  ['admission.thousandUsers.perCore', 'the admit step alone, 1,000 users: for each second of a core'],
  ['tokens.cpuMsPerCheck', 'a user token checked: CPU, ms'],
  ['costs.busy.rowsWritten', 'busy tenant, per 1,000 requests: rows written'],
  ['costs.busy.objectCalls', 'busy tenant, per 1,000 requests: Durable Object calls'],
  ['costs.busy.kvReads', 'busy tenant, per 1,000 requests: KV reads'],
  ['costs.busyThousandUsers.rowsWritten', 'busy tenant of 1,000 users, per 1,000 requests: rows written'],
  ['bundle.gzippedKiB', 'bundle, gzipped, KiB'],
  ['bundle.serviceWorkerGzippedKiB', 'service worker, gzipped, KiB'],
  ['bundle.travelModuleGzippedKiB', 'travel.js, gzipped, KiB'],
  ['browser.firstTokenAddedP50Ms', 'in Chromium, through the service worker: first token, added, p50, ms'],
  ['browser.chunkAddedP50Ms', 'in Chromium, through the service worker: a chunk, added, p50, ms'],
  ['browser.offlineAnswerP95Ms', 'in Chromium, offline: a kept answer, p95, ms'],
  ['startUp.healthyAfterMs', 'start to the first 200, ms'],
];

export const README_IDS: readonly string[] = SHOWN.map(([id]) => id);

/** The table of docs/benchmark.md, to be pasted. What was not measured is left out. */
export function readmeTable(rows: readonly Row[]): string {
  const lines = SHOWN.flatMap(([id, name]) => {
    const row = rows.find((measured) => measured.id === id);
    return row === undefined ? [] : [`| ${[name, ...figures(row)].join(' | ')} |`];
  });
  return ['| | Carryon | bare | over bare | aim |', '|---|---|---|---|---|', ...lines].join('\n');
}

function figures(row: Row): string[] {
  const [, , bare = '', over = '', range = ''] = cells(row);
  const verdict = judge(row);
  const aim = verdict === undefined ? '' : verdict.met ? verdict.text : `${verdict.text}, **missed**`;
  return [short(row.value.median), bare, range === '' ? over : `${over} (${range})`, aim];
}
