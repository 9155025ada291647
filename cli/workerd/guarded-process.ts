import { type ChildProcess, spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';

/** A child process that cannot outlive this one, even if this one is killed with SIGKILL, or becomes another program before. */
export interface GuardedProcess {
  pid: number;
  /** Empty where the output goes elsewhere. */
  stdout: Readable;
  stderr: Readable;
  /** What the child writes on descriptor 3. */
  control: Readable;
  kill(signal: NodeJS.Signals): void;
  /** This process is about to become another program: from here on the child ends with its process id, not with its pipe. */
  guardByProcessId(): void;
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

/**
 * The shell leaves a watcher behind and then becomes the child, so `pid` is the child's own. The watcher reads descriptor 4, a pipe
 * that only we hold. Its end means that we died, and the child dies too. A line with our process id means that the pipe will end
 * while we go on: from then on the watcher looks once a second whether we live. An empty line: the child is over.
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
  /** Where the child's output goes, instead of to this process. */
  output?: Writable | undefined;
  /** A descriptor of ours that the child inherits, as its descriptor 5. */
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
