import type { Row } from './row.ts';

interface Aim {
  of: 'value' | 'ratio' | 'difference';
  atLeast?: number;
  atMost?: number;
  below?: number;
}

export interface Verdict {
  text: string;
  met: boolean;
}

/** Carryon's aims for itself. A missed aim is shown but fails nothing, because a machine's bad day is no bug. */
const AIMS: Record<string, Aim> = {
  // These are for requests that mostly wait for the model, and for requests that never wait.
  'answers.cpuMsPerRequest': { of: 'ratio', atMost: 1.8 },
  'answers.p50Ms': { of: 'difference', atMost: 2 },
  'everything.saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.65 },
  'everything.saturated.cpuMsPerRequest': { of: 'difference', atMost: 0.09 },
  // The three aims for requests/s are about what a gateway without logic has (docs/decisions/0058-what-a-request-costs.md); this one is
  // about our own part.
  'everything.saturated.cpuMsPerRequestOverFloor': { of: 'difference', atMost: 0.09 },
  'withoutLedger.saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.7 },
  'thousandUsers.saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.45 },
  'thousandUsers.saturated.objectCalls': { of: 'value', below: 1 },
  'cacheHit.saturated.requestsPerSecond': { of: 'ratio', atLeast: 1 },
  // Above this, the client would limit what is measured.
  'saturated.clientShare': { of: 'value', atMost: 0.7 },
  'saturated.upstreamShare': { of: 'value', atMost: 0.7 },
  // Streams.
  'streams5.chunkDelayP50Ms': { of: 'difference', atMost: 0.1 },
  'streams5.cpuMsPerStreamOverFloor': { of: 'ratio', atMost: 1.15 },
  'streams50.cpuMsPerStreamOverFloor': { of: 'ratio', atMost: 1.15 },
  'streams.timeToFirstTokenP50Ms': { of: 'difference', atMost: 1 },
  'resumable.streams.timeToFirstTokenP50Ms': { of: 'difference', atMost: 5 },
  'resumable.streams5.chunkDelayP50Ms': { of: 'difference', atMost: 1 },
  'serve.proportionalMiB': { of: 'value', atMost: 130 },
  'admission.oneUser.perCore': { of: 'value', atLeast: 5_000 },
  'tokens.cpuMsPerCheck': { of: 'value', atMost: 0.15 },
  // Per 1,000 requests.
  'costs.quiet.rowsRead': { of: 'value', below: 20_000 },
  'costs.busy.rowsWritten': { of: 'value', atMost: 100 },
  'costs.busy.objectCalls': { of: 'value', atMost: 100 },
  'costs.busy.kvReads': { of: 'value', atMost: 60 },
  // Here few leases hold more than one request. The ledger's own sum is 3.016 per request, and chance between two folds adds a little.
  'costs.busyThousandUsers.rowsWritten': { of: 'value', atMost: 3_050 },
  'bundle.gzippedKiB': { of: 'value', atMost: 225 },
  'bundle.serviceWorkerGzippedKiB': { of: 'value', atMost: 20 },
  // What the service worker adds for a page.
  'browser.firstTokenAddedP50Ms': { of: 'value', atMost: 5 },
  'browser.chunkAddedP50Ms': { of: 'value', atMost: 1 },
  'browser.offlineAnswerP95Ms': { of: 'value', atMost: 20 },
};

export function judge(row: Row): Verdict | undefined {
  const aim = AIMS[row.id];
  if (aim === undefined) return undefined;
  const value = (aim.of === 'value' ? row.value : row.over?.[aim.of])?.median ?? Number.NaN;
  const { atLeast, atMost, below } = aim;
  const sign = { value: '', ratio: '× ', difference: '+' }[aim.of];
  const text = (limit: number) => sign + limit.toLocaleString('en');
  if (atLeast !== undefined) return { text: `≥ ${text(atLeast)}`, met: value >= atLeast };
  if (below !== undefined) return { text: `< ${text(below)}`, met: value < below };
  return { text: `≤ ${text(atMost ?? Number.NaN)}`, met: value <= (atMost ?? Number.NaN) };
}

/** The ids that have an aim. A test demands that docs/benchmark.md shows each of them. */
export const AIM_IDS: readonly string[] = Object.keys(AIMS);

/** How a row is compared with its reference: the way its aim says, or else rates and CPU time as a ratio, and delays and memory as a
 * difference. */
export function shownAs({ id }: Pick<Row, 'id'>): 'ratio' | 'difference' {
  const aim = AIMS[id];
  if (aim !== undefined && aim.of !== 'value') return aim.of;
  return /\.(?:requestsPerSecond|cpuMs\w*)$/.test(id) ? 'ratio' : 'difference';
}
