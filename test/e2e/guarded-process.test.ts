/** A guarded child ends with the process that started it, however that ends, and whatever it becomes before. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { processTree, untilGone } from '../support/processes.ts';

const MODULE = join(import.meta.dirname, '..', '..', 'cli', 'workerd', 'guarded-process.ts');
/** It starts a guarded `sleep`, prints its process id, and then does what the case says. */
const owner = (then: string): string => `
  import { spawnGuarded } from ${JSON.stringify(MODULE)};
  const child = spawnGuarded('sleep', ['300'], {});
  process.removeAllListeners('warning').on('warning', () => {});
  console.log(child.pid);
  ${then}`;

const LIVE_ON = "setInterval(() => {}, 1_000); console.log('ready');";
const BECOME = "child.guardByProcessId(); process.execve('/bin/sh', ['sh', '-c', 'echo ready; exec sleep 301']);";

test.for([
  ['as it is', LIVE_ON],
  ['after it became a shell', BECOME],
])('killed %s, the process takes its child along', async ([, then]) => {
  const started = spawn('node', ['--input-type=module-typescript', '-e', owner(then as string)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: started.stdout })[Symbol.asyncIterator]();
  const child = Number((await lines.next()).value);
  expect((await lines.next()).value).toBe('ready');
  expect(processTree(started.pid as number)).toContain(child);
  started.kill('SIGKILL');
  await once(started, 'exit');
  await untilGone([child], 20_000);
});
