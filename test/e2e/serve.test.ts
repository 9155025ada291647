import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { chat, createKey } from '../support/admin.ts';
import { type Command, CommandBench } from '../support/command.ts';
import { freePorts, releasePort, takePort } from '../support/free-ports.ts';
import { killAll, untilGone } from '../support/processes.ts';

const bench = new CommandBench();
afterEach(() => bench.close());

const READY = 'Carryon on http://';

/** What a process runs; a process that is gone runs nothing. */
function commandOf(pid: number): string {
  try {
    return (
      execFileSync('ps', ['-o', 'args=', '-p', String(pid)], { encoding: 'utf8' })
        .trim()
        .split(' ')[0] ?? ''
    );
  } catch {
    return '';
  }
}

test('npm run serve without secrets is local mode, and keeps its state across SIGKILL', async () => {
  const { url, environment } = await bench.machine();
  const first = bench.run('serve', environment);
  await first.until(READY);
  expect(first.output).toContain('local mode');
  expect(await (await fetch(`${url}/healthz`)).json()).toMatchObject({ status: 'ok' });
  const key = await createKey(url, 'kept');
  const tree = first.tree();
  killAll(tree, 'SIGKILL');
  await untilGone(tree, 20_000);
  const second = bench.run('serve', environment);
  await second.until(READY);
  // There is no provider; a forgotten key would be refused before that is noticed.
  expect((await chat(url, key)).status).not.toBe(401);
});

test('with secrets it is production mode: the well-known keys are unknown; SIGTERM to the command alone ends everything', async () => {
  const { url, environment } = await bench.machine();
  const serve = bench.run('serve', {
    ...environment,
    KEY_SECRET: 'a "secret"\\ of 32 characters or more',
    ADMIN_KEY: 'b',
  });
  await serve.until(READY);
  // By now the shell has taken over; Node would not handle a signal on its way to become the shell.
  expect(commandOf(serve.tree()[1] as number)).toMatch(/(?:^|\/)sh$/);
  expect(serve.output).toContain('production mode');
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
  expect((await chat(url)).ok).toBe(false);
  await expect(createKey(url, 'x')).rejects.toThrow(/^(401|403|503)/);
  const tree = serve.tree();
  killAll([tree[1] as number], 'SIGTERM');
  await untilGone(tree, 20_000);
  expect(await serve.exited).toEqual({ code: 0, signal: null });
});

test('CARRYON_LOCAL=0 without secrets is neither: it runs and answers 503; SIGTERM ends everything', async () => {
  const { url, environment } = await bench.machine();
  const serve = bench.run('serve', { ...environment, CARRYON_LOCAL: '0' });
  await serve.until(READY);
  expect(serve.output).toContain('Every request gets 503 not_configured: set KEY_SECRET, PROVIDER_A_API_BASE,');
  expect(serve.output).toContain('no key can be made: set ADMIN_KEY in the environment or .dev.vars\n');
  const answer = await chat(url);
  expect(answer.status).toBe(503);
  expect(await answer.json()).toMatchObject({ error: { code: 'not_configured' } });
  const tree = serve.tree();
  killAll([serve.pid], 'SIGTERM');
  await untilGone(tree, 20_000);
});

test('as a deploy it counts a slot by the list of prices, and is not ready for a model that has none', async () => {
  const { url, environment } = await bench.machine();
  const slot = (name: string, model: string) => ({
    [`${name}_API_BASE`]: 'https://api.openai.com/v1',
    [`${name}_KEY`]: 'sk-nobody',
    [`${name}_MODEL`]: model,
  });
  const production = { ...environment, KEY_SECRET: 'a', ADMIN_KEY: 'b', ...slot('PROVIDER_A', 'gpt-5-mini') };
  const serve = bench.run('serve', { ...production, ...slot('PROVIDER_B', 'nobody-knows') });
  await serve.until(READY);
  expect(serve.output).toContain(
    'PROVIDER_A costs 0.25 USD per million input tokens and 2 per million output tokens, the list price of',
  );
  expect(serve.output).toContain('not_configured: set PROVIDER_B_PRICE in the environment');
  const answer = await chat(url);
  expect(await answer.json()).toMatchObject({ error: { code: 'not_configured' } });
});

test('it does not offer the well-known keys to the network', async () => {
  const { environment } = await bench.machine();
  const serve = bench.run('serve', { ...environment, HOST: '0.0.0.0' });
  expect((await serve.exited).code).toBe(1);
  expect(serve.output).toContain('error: HOST=0.0.0.0 needs KEY_SECRET and ADMIN_KEY');
});

/** npm, and the command below it. */
const victims: [string, (serve: Command) => number | undefined][] = [
  ['npm', (serve) => serve.pid],
  ['the command', (serve) => serve.tree()[1]],
];

test.for(victims)('SIGKILL of %s alone leaves nothing running', async ([, pick]) => {
  const { environment } = await bench.machine();
  const serve = bench.run('serve', environment);
  await serve.until(READY);
  await serve.until("workerd's process id");
  const tree = serve.tree();
  killAll([pick(serve) ?? -1], 'SIGKILL');
  await untilGone(tree, 30_000);
});

const keepUp = join(import.meta.dirname, '..', '..', 'cli', 'workerd', 'keep-up.sh');

test('the shell that keeps workerd up handles a signal as soon as it says that it is ready', async () => {
  const workerd = spawn('sleep', ['300']);
  const killed = once(workerd, 'exit');
  const shell = spawn('sh', [keepUp, String(workerd.pid), '0', 'ready']);
  const ended = once(shell, 'exit');
  expect(String(await once(shell.stdout, 'data'))).toBe('ready\n');
  shell.kill('SIGTERM');
  expect(await ended).toEqual([0, null]);
  await killed;
});

test('the shell that keeps workerd up ends it if npm died before the shell began', async () => {
  const npm = spawn('true');
  await once(npm, 'exit');
  const workerd = spawn('sleep', ['300']);
  const killed = once(workerd, 'exit');
  const shell = spawn('sh', [keepUp, String(workerd.pid), String(npm.pid), 'ready']);
  expect(await once(shell, 'exit')).toEqual([0, null]);
  await killed;
});

test('SIGKILL of workerd alone is an error, and leaves nothing running', async () => {
  const { environment } = await bench.machine();
  const serve = bench.run('serve', environment);
  await serve.until("workerd's process id");
  const tree = serve.tree();
  killAll([Number(/workerd's process id (\d+)/.exec(serve.output)?.[1])], 'SIGKILL');
  await untilGone(tree, 30_000);
  expect((await serve.exited).code).toBe(1);
  expect(serve.output).toContain('error: workerd ended by itself');
});

test('while it is up no Node runs but npm, and its state is locked; Ctrl-C ends everything', async () => {
  const { environment } = await bench.machine();
  const serve = bench.run('serve', environment);
  await serve.until(READY);
  const isNode = (pid: number) => /(?:^|\/)node$/.test(commandOf(pid));
  await expect.poll(() => serve.tree().slice(1).filter(isNode), { timeout: 30_000 }).toEqual([]);
  const second = bench.run('serve', { ...environment, PORT: String((await freePorts(1))[0]) });
  expect((await second.exited).code).toBe(1);
  expect(second.output).toContain('is in use by another "npm start" or "npm run serve"');
  const tree = serve.tree();
  serve.interrupt();
  await untilGone(tree, 20_000);
  const { code, signal } = await serve.exited;
  expect([0, 130, 'SIGINT']).toContain(code ?? signal);
  expect(serve.output).not.toContain('error');
});

test('a taken port is one clear error', async () => {
  const { port, environment } = await bench.machine();
  const server = await takePort(port);
  const serve = bench.run('serve', environment);
  expect((await serve.exited).code).toBe(1);
  expect(serve.output.match(/^error: .*$/gm)).toEqual([expect.stringContaining(`port ${port} is taken`)]);
  expect(serve.output).toContain('PORT=');
  await releasePort(server);
});
