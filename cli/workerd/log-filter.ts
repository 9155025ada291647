import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/** What `readableLine` does (log-lines.ts), as a script for sed; a test holds the two together. */
export const FILTER = String.raw`
/^stack: /d
/^[^[:space:]]+\.(c\+\+|h|rs):[0-9]+: (error|warning|info): /{
  /^[^[:space:]]+: [a-z]+: NOSENTRY (SQLite alarm overdue|DEBUG_ALARM: )/d
  s/^[^[:space:]]+: (error|warning|info): /workerd \1: /
  s/[^[:space:]]+\.(c\+\+|h|rs):[0-9]+: failed: (remote\.)?(jsg\.)?//g
}`;

/** sed, reading line by line: it ends with workerd and not by a Ctrl-C, so that the last lines come through. */
const COMMAND = 'trap "" INT TERM HUP; exec sed "$@"';

/** Makes workerd's lines readable on our stdout without us: for a workerd that outlives this process' Node. */
export function startLogFilter(): Writable {
  const lineByLine = process.platform === 'darwin' ? '-l' : '-u';
  return spawn('/bin/sh', ['-c', COMMAND, 'sed', lineByLine, '-E', FILTER], { stdio: ['pipe', 'inherit', 'inherit'] })
    .stdin;
}
