import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const PARENT_CHECK_MS = 250;

/**
 * Ends this command when npm ends. A SIGKILL of npm sends us no signal, and a signal to the shell between npm and us stops there. In both
 * cases our parent or its parent changes, which counts as a SIGTERM. Call this before anything is started. It does something only under npm,
 * because a command that was started by hand may outlive its shell. Returns our parent's process id if we run under npm.
 */
export function endWithNpm(): number | undefined {
  if (process.env.npm_lifecycle_event === undefined) return undefined;
  const parent = process.ppid;
  const shell = shellAbove(parent);
  const timer = setInterval(() => {
    if (process.ppid === parent && (shell === undefined || isBelow(shell.pid, shell.parent))) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, PARENT_CHECK_MS);
  timer.unref();
  return parent;
}

/** The shell between npm and us, if there is one and `ps` can tell. */
function shellAbove(pid: number): { pid: number; parent: number } | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' });
  const [, parent, command] = /^\s*(\d+)\s+(\S+)/.exec(stdout ?? '') ?? [];
  return command !== undefined && /sh$/.test(command) ? { pid, parent: Number(parent) } : undefined;
}

/**
 * Whether `pid` is still a child of `parent`. A dead npm that is not reaped yet keeps its process id but has no children, so on Linux the
 * shell's parent is checked.
 */
function isBelow(pid: number, parent: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(parent, 0);
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) \S /s, '')
      .startsWith(`${parent} `);
  } catch {
    return false;
  }
}
