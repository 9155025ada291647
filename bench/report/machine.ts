import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { commitOf, ROOT, type StateIn } from '../subject/workshop.ts';

/** The conditions of a run, without which its figures mean nothing. */
export interface Machine {
  date: string;
  commit: string;
  /** The other checkout's commit. */
  against?: string;
  cores: number;
  processor: string;
  memoryGiB: number;
  system: string;
  node: string;
  workerd: string;
  /** The load average of the minute before the run. More than 1 on two cores spoils delays. */
  loadBefore: number;
  /** Where the Workers' state is. */
  stateIn: StateIn;
}

export function describeMachine(stateIn: StateIn, against?: string): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    commit: commitOf(ROOT) ?? 'unknown',
    ...(against !== undefined && { against }),
    cores: processors.length,
    processor: processors[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${process.platform} ${release()}`,
    node: process.versions.node,
    workerd: workerdVersion(),
    loadBefore: loadavg()[0] ?? 0,
    stateIn,
  };
}

function workerdVersion(): string {
  const path = createRequire(import.meta.url).resolve('workerd/package.json');
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}

/** The load average, with a warning if other work takes part of the machine. */
export function loadLine(before: number, after?: number): string {
  const line = `Load average of the machine: ${before.toFixed(2)} before${after === undefined ? '' : `, ${after.toFixed(2)} after`}.`;
  if (before <= 1) return line;
  return `${line} WARNING: other work is running. Believe ratios of CPU time, q10 first; delays and requests/s are rough.`;
}
