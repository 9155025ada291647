import { judge } from './aims.ts';
import type { Row } from './row.ts';
import { cells } from './table.ts';

/** The rows of docs/benchmark.md, in its order, and their names there. */
const DOCUMENT: readonly (readonly [id: string, name: string])[] = [
  ['answers.cpuMsPerRequest', 'answers after 150 ms: CPU per request, ms'],
  ['answers.cpuMsPerRequestOverFloor', 'answers after 150 ms: CPU per request over the floor of a gateway, ms'],
  ['answers.p50Ms', 'answers after 150 ms: p50, ms'],
  ['saturated.requestsPerSecond', 'answers at once: requests/s'],
  ['saturated.cpuMsPerRequest', 'answers at once: CPU per request, ms'],
  ['everything.saturated.requestsPerSecond', 'everything on: requests/s'],
  ['everything.saturated.cpuMsPerRequest', 'everything on: CPU per request, ms'],
  ['everything.saturated.cpuMsPerRequestOverFloor', 'everything on: CPU per request over the floor of a gateway, ms'],
  ['longPrompts.saturated.requestsPerSecond', 'prompts of 32 KB: requests/s'],
  ['longPrompts.saturated.cpuMsPerRequest', 'prompts of 32 KB: CPU per request, ms'],
  ['thousandUsers.saturated.requestsPerSecond', '1,000 users: requests/s'],
  ['thousandUsers.saturated.cpuMsPerRequest', '1,000 users: CPU per request, ms'],
  ['thousandUsers.saturated.objectCalls', '1,000 users: Durable Object calls per request'],
  ['withoutLedger.saturated.requestsPerSecond', 'without the ledger: requests/s'],
  ['withoutLedger.saturated.cpuMsPerRequest', 'without the ledger: CPU per request, ms'],
  ['cacheHit.saturated.requestsPerSecond', 'cache hits: requests/s'],
  ['gatewayFloor.saturated.requestsPerSecond', 'the floor of a gateway: requests/s'],
  ['least.saturated.requestsPerSecond', 'the least Worker: requests/s'],
  ['saturated.clientShare', 'load generator: share of a core'],
  ['saturated.upstreamShare', 'upstream: share of a core'],
  ['streams5.chunkDelayP50Ms', '5 streams at once: delay of a chunk, p50, ms'],
  ['streams5.cpuMsPerStream', '5 streams at once: CPU per stream, ms'],
  ['streams5.cpuMsPerStreamOverFloor', '5 streams at once: CPU per stream over the JavaScript floor, ms'],
  ['streams50.chunkDelayP50Ms', '50 streams at once: delay of a chunk, p50, ms'],
  ['streams50.cpuMsPerStream', '50 streams at once: CPU per stream, ms'],
  ['streams50.cpuMsPerStreamOverFloor', '50 streams at once: CPU per stream over the JavaScript floor, ms'],
  ['streamFloor.streams50.cpuMsPerStream', 'the JavaScript floor, 50 streams at once: CPU per stream, ms'],
  ['streams.timeToFirstTokenP50Ms', 'first token, p50, ms'],
  ['resumable.streams5.chunkDelayP50Ms', 'resumable stream: delay of a chunk, p50, ms'],
  ['resumable.streams.timeToFirstTokenP50Ms', 'resumable stream: first token, p50, ms'],
  ['serve.proportionalMiB', 'npm run serve, idle, all its processes: memory (PSS), MiB'],
  ['startUp.healthyAfterMs', 'start to the first 200, ms'],
  ['memory.tenMegabytes.grownMiB', 'one stream of 10 MB: memory grown by, MiB'],
  ['memory.streams200.grownMiB', '200 streams at once: memory grown by, MiB'],
  ['resumable.memory.streams200.grownMiB', '200 resumable streams at once: memory grown by, MiB'],
  ['memory.streams500.peakMiB', '500 streams at once: memory at the peak, MiB'],
  ['admission.oneUser.perCore', 'the admit step alone, one user: per second of a core'],
  ['admission.thousandUsers.perCore', 'the admit step alone, 1,000 users: per second of a core'],
  ['tokens.cpuMsPerCheck', 'a user token checked: CPU, ms'],
  ['costs.quiet.rowsRead', 'quiet tenant, per 1,000 requests: rows read'],
  ['costs.busy.rowsWritten', 'busy tenant, per 1,000 requests: rows written'],
  ['costs.busy.objectCalls', 'busy tenant, per 1,000 requests: Durable Object calls'],
  ['costs.busy.kvReads', 'busy tenant, per 1,000 requests: KV reads'],
  ['costs.busyThousandUsers.rowsWritten', 'busy tenant of 1,000 users, per 1,000 requests: rows written'],
  ['bundle.gzippedKiB', 'bundle, gzipped, KiB'],
  ['bundle.serviceWorkerGzippedKiB', 'service worker, gzipped, KiB'],
  ['bundle.travelModuleGzippedKiB', 'travel.js, gzipped, KiB'],
  ['browser.firstTokenAddedP50Ms', 'Chromium, added by the service worker: first token, p50, ms'],
  ['browser.chunkAddedP50Ms', 'Chromium, added by the service worker: a chunk, p50, ms'],
  ['browser.offlineAnswerP95Ms', 'Chromium, offline: a kept answer, p95, ms'],
];

/** The five lines of README.md. */
const README: readonly (readonly [id: string, name: string])[] = [
  ['answers.cpuMsPerRequest', 'a whole answer after 150 ms: CPU, ms'],
  ['everything.saturated.requestsPerSecond', 'requests/s at most, budgets and rates in four scopes'],
  ['streams5.chunkDelayP50Ms', 'a streamed chunk, delay, ms'],
  ['streams50.cpuMsPerStream', 'a stream of 100 chunks: CPU, ms'],
  ['serve.proportionalMiB', '`npm run serve`, idle: memory of all its processes, MiB'],
];

export const DOCUMENT_IDS: readonly string[] = DOCUMENT.map(([id]) => id);

/** The table of docs/benchmark.md, ready to paste. Rows that were not measured are left out. */
export function documentTable(rows: readonly Row[]): string {
  const lines = chosen(rows, DOCUMENT).map(([row, name]) => {
    const [, value = '', reference = '', over = '', q10 = '', total = ''] = cells(row);
    return `| ${[name, value, reference, over, q10, total, aimOf(row)].join(' | ')} |`;
  });
  return ['| | Carryon | reference | over it | q10 | total | aim |', '|---|---|---|---|---|---|---|', ...lines].join(
    '\n',
  );
}

export function readmeTable(rows: readonly Row[]): string {
  const lines = chosen(rows, README).map(([row, name]) => {
    const [, value = '', reference = '', over = ''] = cells(row);
    return `| ${[name, value, reference, over].join(' | ')} |`;
  });
  return ['| | Carryon | bare Worker | over it |', '|---|---|---|---|', ...lines].join('\n');
}

function chosen(rows: readonly Row[], names: typeof DOCUMENT): [Row, string][] {
  return names.flatMap(([id, name]): [Row, string][] => {
    const row = rows.find((measured) => measured.id === id);
    return row === undefined ? [] : [[row, name]];
  });
}

function aimOf(row: Row): string {
  const verdict = judge(row);
  return verdict === undefined ? '' : verdict.met ? verdict.text : `${verdict.text}, **missed**`;
}
