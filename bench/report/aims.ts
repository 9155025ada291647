import type { Row } from './row.ts';

interface Aim {
  of: 'value' | 'ratio' | 'difference';
  atLeast?: number;
  atMost?: number;
}

export interface Verdict {
  text: string;
  met: boolean;
}

/** What the issues ask for. An aim that is missed is shown, and fails nothing: a machine's bad day is no bug. */
const AIMS: Record<string, Aim> = {
  // With budget, rates and identity on (the ledger under load).
  'saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.65 },
  'saturated.cpuMsPerRequest': { of: 'difference', atMost: 0.07 },
  'fixedRate.p50Ms': { of: 'difference', atMost: 2 },
  'admission.oneUser.perCore': { of: 'value', atLeast: 5_000 },
  'costs.busy.rowsWritten': { of: 'value', atMost: 100 },
  'costs.busy.objectCalls': { of: 'value', atMost: 100 },
  'costs.busy.kvReads': { of: 'value', atMost: 60 },
  // Where hardly a lease holds more than one request: the ledger's own sum is 3.016, and between two folds is chance.
  'costs.busyThousandUsers.rowsWritten': { of: 'value', atMost: 3_050 },
  // Answers that outlive the connection.
  'cacheHit.saturated.requestsPerSecond': { of: 'ratio', atLeast: 1 },
  'resumable.streamed.timeToFirstTokenP50Ms': { of: 'difference', atMost: 5 },
  'resumable.streamed.chunkDelayP50Ms': { of: 'difference', atMost: 1 },
  // The router by itself: with a ledger in memory where each request would ask it.
  'withoutLedger.saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.75 },
  'withoutLedger.saturated.cpuMsPerRequest': { of: 'difference', atMost: 0.04 },
  'withoutLedger.fixedRate.p50Ms': { of: 'difference', atMost: 1 },
  'withoutLedger.fixedRate.p99Ms': { of: 'difference', atMost: 2 },
  'withoutLedger.streamed.timeToFirstTokenP50Ms': { of: 'difference', atMost: 1 },
  'streamed.chunkDelayP50Ms': { of: 'difference', atMost: 0.1 },
  'tokens.cpuMsPerCheck': { of: 'value', atMost: 0.15 },
  // 146 before travel mode, and at most 15 for it.
  'bundle.gzippedKiB': { of: 'value', atMost: 161 },
  'bundle.serviceWorkerGzippedKiB': { of: 'value', atMost: 20 },
  // What the service worker adds for a page.
  'browser.firstTokenAddedP50Ms': { of: 'value', atMost: 5 },
  'browser.chunkAddedP50Ms': { of: 'value', atMost: 1 },
  'browser.offlineAnswerP95Ms': { of: 'value', atMost: 20 },
};

export function judge(row: Row): Verdict | undefined {
  const aim = AIMS[row.id];
  if (aim === undefined) return undefined;
  const value = (aim.of === 'value' ? row.value : row.overBare?.[aim.of])?.median ?? Number.NaN;
  const sign = aim.of === 'difference' ? '+' : '';
  if (aim.atLeast !== undefined)
    return { text: `≥ ${sign}${aim.atLeast.toLocaleString('en')}`, met: value >= aim.atLeast };
  return { text: `≤ ${sign}${aim.atMost?.toLocaleString('en')}`, met: value <= (aim.atMost ?? Number.NaN) };
}

/** Every aim's row is measured, or the aim says nothing. */
export const AIM_IDS: readonly string[] = Object.keys(AIMS);

/** How a row is set against bare: rates as a ratio, all else as a difference. */
export const shownOverBare = ({ id }: Row): 'ratio' | 'difference' =>
  id.endsWith('.requestsPerSecond') ? 'ratio' : 'difference';
