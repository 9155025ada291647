import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { cpus, loadavg, release, totalmem } from 'node:os';
import { ROOT, type StateIn } from '../subject/workshop.ts';

/** Under which conditions the figures were taken; without these they mean nothing. */
export interface Machine {
  date: string;
  commit: string;
  cores: number;
  processor: string;
  memoryGiB: number;
  system: string;
  node: string;
  workerd: string;
  /** Work that waited for a core in the minute before: anything near the number of cores spoils the figures. */
  loadBefore: number;
  /** Where the Workers store. */
  stateIn: StateIn;
}

export function describeMachine(stateIn: StateIn): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    commit: commit(),
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

/** `-dirty` where the tree holds more than the commit. */
function commit(): string {
  try {
    return execFileSync('git', ['describe', '--always', '--dirty'], {
      cwd: ROOT,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'unknown';
  }
}
