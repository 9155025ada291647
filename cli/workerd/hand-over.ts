import { join } from 'node:path';
import type { RunningWorkerd } from './start-workerd.ts';

const KEEP_UP = join(import.meta.dirname, 'keep-up.sh');

/**
 * Replaces this process with a shell of one megabyte that keeps workerd up, because the build has left Node with 175 MiB that nothing
 * needs any more. The process id stays, so npm notices nothing, and signals still arrive. Nothing after this call runs. `parent`: the
 * process that the shell ends with, if any. `readyLine`: what the shell prints once it handles signals. Its reader may send one at once.
 */
export function handOver(
  workerd: Pick<RunningWorkerd, 'pid' | 'guardByProcessId'>,
  parent: number | undefined,
  readyLine: string,
): never {
  const { execve } = process;
  if (execve === undefined) throw new Error('this Node has no process.execve; use the one in node_modules/.bin');
  process.removeAllListeners('warning').on('warning', () => {});
  workerd.guardByProcessId();
  return execve('/bin/sh', ['sh', KEEP_UP, String(workerd.pid), String(parent ?? 0), readyLine], {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
  });
}
