import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';

/** A child process that cannot outlive this process, even if this process is killed with SIGKILL or has become another program. */
export interface GuardedProcess {
  pid: number;
  /** Empty if the output goes elsewhere. */
  stdout: Readable;
  stderr: Readable;
  /** What the child writes on descriptor 3. */
  control: Readable;
  kill(signal: NodeJS.Signals): void;
  /** Call this before this process becomes another program. From then on the child ends with this process id, not with the pipe. */
  guardByProcessId(): void;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * The shell leaves a watcher behind and then becomes the child, so `pid` is the child's own. The watcher reads descriptor 4, a pipe
 * that only we hold. Its end means that we died, and then the child dies too. A line with our process id means that the pipe will end
 * while we go on, so from then on the watcher checks once a second whether we are alive. An empty line means that the child has ended.
 */
const WATCH = `trap '' INT TERM HUP
read -r owner <&4 || kill -KILL $$
exec 4<&-
while [ -n "$owner" ] && kill -0 $$; do
  kill -0 "$owner" || kill -KILL $$
  sleep 1
done`;
const GUARD = `( ${WATCH} ) 3>&- 5>&- >/dev/null 2>&1 & exec "$@" 4<&-`;

export interface GuardOptions {
  /** The stream for the child's output, in place of this process. */
  output?: Writable | undefined;
  /** A descriptor of ours that the child inherits as its descriptor 5. */
  inherits?: number | undefined;
}

export function spawnGuarded(
  command: string,
  args: string[],
  environment: NodeJS.ProcessEnv,
  { output, inherits }: GuardOptions = {},
): GuardedProcess {
  const child = spawn('/bin/sh', ['-c', GUARD, 'guard', command, ...args], {
    env: environment,
    stdio: ['ignore', output ?? 'pipe', output ?? 'pipe', 'pipe', 'pipe', inherits ?? 'ignore'],
  });
  const lifeline = child.stdio[4] as Writable | null;
  lifeline?.on('error', () => {});
  // A dead child's number may be given to another process, which the watcher must not kill.
  child.once('exit', () => lifeline?.end('\n'));
  return {
    pid: child.pid ?? -1,
    stdout: (child.stdio[1] as Readable | null) ?? Readable.from([]),
    stderr: (child.stdio[2] as Readable | null) ?? Readable.from([]),
    control: child.stdio[3] as Readable,
    kill: (signal) => void child.kill(signal),
    guardByProcessId: () => void lifeline?.end(`${process.pid}\n`),
    exited: exitOf(child),
  };
}

function exitOf(child: ChildProcess): GuardedProcess['exited'] {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}
