import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';

/** `pid` and all its descendants. */
export function processTree(pid: number): number[] {
  const rows = execFileSync('ps', ['-A', '-o', 'pid=,ppid='], { encoding: 'utf8' }).trim().split('\n');
  const pairs = rows.map((row) => row.trim().split(/\s+/).map(Number) as [number, number]);
  const tree = [pid];
  // The list grows while the loop runs over it, so children of children come later in it.
  for (const parent of tree) tree.push(...pairs.filter(([, ppid]) => ppid === parent).map(([child]) => child));
  return tree;
}

/** The processes among `pids` that run. A zombie does not. */
function running(pids: readonly number[]): string[] {
  try {
    const rows = execFileSync('ps', ['-o', 'stat=,pid=,args=', '-p', pids.join(',')], { encoding: 'utf8' });
    return rows.split('\n').filter((row) => row.trim() !== '' && !row.trimStart().startsWith('Z'));
  } catch {
    // ps knows none of them.
    return [];
  }
}

export function killAll(pids: readonly number[], signal: NodeJS.Signals): void {
  for (const pid of pids) {
    try {
      process.kill(pid, signal);
    } catch {
      // Already gone.
    }
  }
}

/** Waits until all these processes are gone, and returns the milliseconds. If some are left after `limitMs`, that is an error. */
export async function untilGone(pids: readonly number[], limitMs: number): Promise<number> {
  const begin = performance.now();
  for (;;) {
    const left = running(pids);
    const elapsedMs = performance.now() - begin;
    if (left.length === 0) return elapsedMs;
    if (elapsedMs > limitMs) throw new Error(`still running after ${limitMs} ms:\n${left.join('\n')}`);
    await sleep(20);
  }
}
