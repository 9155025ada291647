import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';

/** A child that cannot outlive this process, not even when this process is killed with SIGKILL. */
export interface GuardedProcess {
  pid: number;
  stdout: Readable;
  stderr: Readable;
  /** What the child writes on descriptor 3. */
  control: Readable;
  kill(signal: NodeJS.Signals): void;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * The shell leaves a watcher behind and then becomes the child, so `pid` is the child's own. The watcher reads
 * descriptor 4, a pipe that only we hold: a line means "let it be", its end means that we died, and the child dies too.
 */
const GUARD = '( read -r _ <&4 || kill -KILL $$ ) 3>&- >/dev/null 2>&1 & exec "$@" 4<&-';

export function spawnGuarded(command: string, args: string[], environment: NodeJS.ProcessEnv): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', command, ...args], {
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const lifeline = child.stdio[4];
  if (lifeline && 'write' in lifeline) {
    lifeline.on('error', () => {});
    // A dead child's number may be given to another process, which the watcher must not kill.
    child.once('exit', () => lifeline.end('let it be\n'));
  }
  return {
    pid: child.pid ?? -1,
    stdout: child.stdio[1] as Readable,
    stderr: child.stdio[2] as Readable,
    control: child.stdio[3] as Readable,
    kill: (signal) => void child.kill(signal),
    exited: exitOf(child),
  };
}

function exitOf(child: ChildProcess): GuardedProcess['exited'] {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
