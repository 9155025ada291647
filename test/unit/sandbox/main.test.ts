import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../../sandbox/main.ts', import.meta.url));
const FREE = { SANDBOX_OPENAI_PORT: '0', SANDBOX_ANTHROPIC_PORT: '0', SANDBOX_CONTROL_PORT: '0', SANDBOX_PACE: 'fast' };
const children: ChildProcess[] = [];

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, [MAIN], { env: { ...process.env, ...FREE, ...env }, stdio: 'pipe' });
  children.push(child);
  return child;
}

async function ready(child: ReturnType<typeof run>): Promise<string> {
  const [line] = await once(child.stdout, 'data');
  return String(line);
}

it('says where it listens, answers there, and ends on SIGTERM', async () => {
  const child = run({});
  const line = await ready(child);
  const url = /control (\S+)/.exec(line)?.[1];
  expect((await fetch(`${url}/counts`)).status).toBe(200);
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
});

it('names a taken port and the variable that moves it, in one line', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await once(taken, 'listening');
  const { port } = taken.address() as AddressInfo;
  const child = run({ SANDBOX_ANTHROPIC_PORT: String(port) });
  const [line] = await once(child.stderr, 'data');
  expect(String(line)).toBe(`sandbox: port ${port} is taken; set SANDBOX_ANTHROPIC_PORT to another one\n`);
  expect(await once(child, 'exit')).toEqual([1, null]);
  taken.close();
});

it('names a port variable that holds no port', async () => {
  const child = run({ SANDBOX_CONTROL_PORT: 'here' });
  const [line] = await once(child.stderr, 'data');
  expect(String(line)).toContain('SANDBOX_CONTROL_PORT');
});

it('goes when its parent goes', async () => {
  const child = run({ SANDBOX_WITH_PARENT: '1' });
  await ready(child);
  child.stdin.end();
  expect(await once(child, 'exit')).toEqual([0, null]);
});
