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

/** What the router's issue asks for. An aim that is missed is shown, and fails nothing: a machine's bad day is no bug. */
const AIMS: Record<string, Aim> = {
  'saturated.requestsPerSecond': { of: 'ratio', atLeast: 0.75 },
  'saturated.cpuMsPerRequest': { of: 'difference', atMost: 0.04 },
  'fixedRate.p50Ms': { of: 'difference', atMost: 1 },
  'fixedRate.p99Ms': { of: 'difference', atMost: 2 },
  'streamed.timeToFirstTokenP50Ms': { of: 'difference', atMost: 1 },
  'streamed.chunkDelayP50Ms': { of: 'difference', atMost: 0.1 },
  'bundle.gzippedKiB': { of: 'value', atMost: 150 },
};

export function judge(row: Row): Verdict | undefined {
  const aim = AIMS[row.id];
  if (aim === undefined) return undefined;
  const value = (aim.of === 'value' ? row.carryon : row.against?.[aim.of])?.median ?? Number.NaN;
  const sign = aim.of === 'difference' ? '+' : '';
  if (aim.atLeast !== undefined) return { text: `≥ ${sign}${aim.atLeast}`, met: value >= aim.atLeast };
  return { text: `≤ ${sign}${aim.atMost}`, met: value <= (aim.atMost ?? Number.NaN) };
}

/** How a row is set against bare: a ratio where an aim asks for one, else the difference. */
export function shownAgainst(row: Row): 'ratio' | 'difference' {
  return AIMS[row.id]?.of === 'ratio' ? 'ratio' : 'difference';
}
