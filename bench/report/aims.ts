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

/** What the issues of the router and of the ledger ask for. An aim that is missed is shown, and fails nothing: a machine's bad day is no bug. */
const AIMS: Record<string, Aim> = {
  'saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.75 },
  'saturated.cpuMsPerRequest': { of: 'difference', atMost: 0.04 },
  'fixedRate.p50Ms': { of: 'difference', atMost: 1 },
  'fixedRate.p99Ms': { of: 'difference', atMost: 2 },
  'streamed.timeToFirstTokenP50Ms': { of: 'difference', atMost: 1 },
  'streamed.chunkDelayP50Ms': { of: 'difference', atMost: 0.1 },
  'bundle.gzippedKiB': { of: 'value', atMost: 150 },
  'ledger.oneUser.rowsWritten': { of: 'value', atMost: 2_100 },
  // "About 3": 3.016 by LEDGER.md's own sum, and what chance puts between two folds.
  'ledger.everyRequestAnotherUser.rowsWritten': { of: 'value', atMost: 3_050 },
};

export function judge(row: Row): Verdict | undefined {
  const aim = AIMS[row.id];
  if (aim === undefined) return undefined;
  const value = (aim.of === 'value' ? row.value : row.against?.[aim.of])?.median ?? Number.NaN;
  const sign = aim.of === 'difference' ? '+' : '';
  if (aim.atLeast !== undefined)
    return { text: `≥ ${sign}${aim.atLeast.toLocaleString('en')}`, met: value >= aim.atLeast };
  return { text: `≤ ${sign}${aim.atMost?.toLocaleString('en')}`, met: value <= (aim.atMost ?? Number.NaN) };
}

const RATIOS = /\.(requestsPerSecond|cpuMsPerRequest)$/;

/** How a row is set against another: as its aim asks; else rates and their cost as a ratio, times as a difference. */
export function shownAgainst({ id }: Row): 'ratio' | 'difference' {
  const aim = AIMS[id];
  if (aim !== undefined) return aim.of === 'ratio' ? 'ratio' : 'difference';
  return RATIOS.test(id) ? 'ratio' : 'difference';
}
