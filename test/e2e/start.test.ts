import { afterEach, expect, test } from 'vitest';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { chat, createKey } from '../support/admin.ts';
import { CommandBench } from '../support/command.ts';
import { releasePort, takePort } from '../support/free-ports.ts';
import { killAll, untilGone } from '../support/processes.ts';
import { until } from '../support/until.ts';

const bench = new CommandBench();
afterEach(() => bench.close());

const READY = 'Ctrl-C stops everything';

test("npm start is ready with a curl line that works, and streams an answer; SIGTERM to npm's child ends all of it", async () => {
  const { url, port, environment } = await bench.machine();
  const start = bench.run('start', environment);
  await start.until(READY);
  expect(start.output).toContain(`curl -N http://localhost:${port}/v1/chat/completions`);
  expect(start.output).toContain('sk-local-dev-key');
  expect(start.output).toContain('sk-local-admin-key');
  expect(start.output).toContain('PROVIDER_A_API_BASE=');
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  const answer = await chat(url, undefined, { stream: true });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toMatch(/data: \[DONE\]\s*$/);
  // What it promises by itself. Fifty records travel at once, and no later than a second after those before.
  await Promise.all(Array.from({ length: 49 }, () => chat(url, undefined, { messages: [] })));
  const headers = { authorization: `Bearer ${LOCAL_ADMIN_KEY}` };
  const promise = await until('the book has counted', async () => {
    const { objectives } = (await (await fetch(`${url}/admin/slo`, { headers })).json()) as { objectives: Counted[] };
    return objectives.find(({ name, excluded }) => name === 'chat-success' && excluded.caller === 49);
  });
  expect(promise).toMatchObject({ state: 'healthy', value: 1, good: 1, total: 1 });
  expect(await (await fetch(`${url}/slo`)).json()).toMatchObject({
    objectives: [{ name: 'chat-success', value: 1 }, {}, {}, {}],
  });
  const tree = start.tree();
  killAll([tree[1] as number], 'SIGTERM');
  await untilGone(tree, 20_000);
  expect(await start.exited).toEqual({ code: 0, signal: null });
});

interface Counted {
  name: string;
  excluded: Record<string, number>;
}

test('started again after SIGKILL of everything it has its state; Ctrl-C ends it, an open stream included; --fresh forgets', async () => {
  const { url, environment } = await bench.machine();
  const first = bench.run('start', environment);
  await first.until(READY);
  const key = await createKey(url, 'kept');
  const tree = first.tree();
  killAll(tree, 'SIGKILL');
  await untilGone(tree, 20_000);

  const second = bench.run('start', { ...environment, SANDBOX_PACE: 'human' });
  await second.until(READY);
  const answer = await chat(url, key, { stream: true });
  expect(answer.status).toBe(200);
  const rest = answer.text().catch(() => 'cut');
  const itsTree = second.tree();
  second.interrupt();
  await untilGone(itsTree, 20_000);
  const { code, signal } = await second.exited;
  expect([0, 130, 'SIGINT']).toContain(code ?? signal);
  expect(second.output).not.toContain('error');
  await rest;

  const fresh = bench.run('start', environment, '--fresh');
  await fresh.until(READY);
  expect((await chat(url, key)).status).toBe(401);
});

test.for([
  ['npm', 0],
  ['the command', 1],
  ['workerd', 2],
] as const)('SIGKILL of %s alone leaves nothing running', async ([, depth]) => {
  const { environment } = await bench.machine();
  const start = bench.run('start', environment);
  await start.until(READY);
  const tree = start.tree();
  expect(tree.length).toBeGreaterThan(3);
  killAll([tree[depth] as number], 'SIGKILL');
  await untilGone(tree, 20_000);
});

test.for(['PORT', 'SANDBOX_OPENAI_PORT', 'SANDBOX_ANTHROPIC_PORT', 'SANDBOX_CONTROL_PORT'])(
  'a taken %s is one clear error, exit code 1, and nothing left running',
  async (variable) => {
    const { environment } = await bench.machine();
    const port = Number(environment[variable]);
    const server = await takePort(port);
    const start = bench.run('start', environment);
    const { code } = await start.exited;
    expect(code).toBe(1);
    expect(start.output.match(/^error: .*$/gm)).toEqual([expect.stringContaining(`port ${port} is taken`)]);
    expect(start.output).toContain(`${variable}=`);
    expect(start.tree()).toEqual([start.pid]);
    await releasePort(server);
  },
);

test('with providers of its own it starts no sandbox', async () => {
  const { url, environment } = await bench.machine();
  const server = await takePort(Number(environment.SANDBOX_OPENAI_PORT));
  const base = 'http://127.0.0.1:9/v1';
  const own = { PROVIDER_A_API_BASE: base, PROVIDER_B_API_BASE: base };
  const named = { PROVIDER_A_KEY: 'a', PROVIDER_A_MODEL: 'a', PROVIDER_B_KEY: 'b', PROVIDER_B_MODEL: 'b' };
  const start = bench.run('start', { ...environment, ...own, ...named });
  await start.until(READY);
  expect(start.output).not.toContain('andbox');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  await releasePort(server);
});
