import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** The same as `readableLine` (log-lines.ts), as a script for sed. A test compares the two. */
export const FILTER = String.raw`
/^stack: /d
/^[^[:space:]]+\.(c\+\+|h|rs):[0-9]+: (error|warning|info): /{
  /^[^[:space:]]+: [a-z]+: NOSENTRY (SQLite alarm overdue|DEBUG_ALARM: )/d
  s/^[^[:space:]]+: (error|warning|info): /workerd \1: /
  s/[^[:space:]]+\.(c\+\+|h|rs):[0-9]+: failed: (remote\.)?(jsg\.)?//g
}`;

/** Runs sed line by line. It ends with workerd and ignores Ctrl-C, so that the last lines come through. */
const COMMAND = 'trap "" INT TERM HUP; exec sed "$@"';

/** Makes workerd's lines readable on our stdout without this Node process, for a workerd that outlives it. */
export function startLogFilter(): Writable {
  const lineByLine = process.platform === 'darwin' ? '-l' : '-u';
  return spawn('/bin/sh', ['-c', COMMAND, 'sed', lineByLine, '-E', FILTER], { stdio: ['pipe', 'inherit', 'inherit'] })
    .stdin;
}
