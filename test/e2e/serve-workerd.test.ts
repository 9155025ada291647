import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { WorkerService } from '../../cli/workerd/config.ts';
import { type RunningWorkerd, type StartOptions, startWorkerd } from '../../cli/workerd/start-workerd.ts';
import { freePorts, releasePort, takePort } from '../support/free-ports.ts';
import { until } from '../support/until.ts';

const scriptPath = join(import.meta.dirname, '..', 'support', 'storage-worker.js');
const running: RunningWorkerd[] = [];
const directories: string[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((workerd) => workerd.stop()));
  for (const directory of directories.splice(0)) await rm(directory, { recursive: true, force: true });
});

async function emptyState(name = 'state'): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'carryon-test-'));
  directories.push(directory);
  return join(directory, name);
}

async function start(stateDirectory: string, options: Partial<StartOptions> = {}): Promise<RunningWorkerd> {
  const workerd = await startWorkerd({
    services: [service('main')],
    stateDirectory,
    wrangler: {
      compatibilityDate: '2026-11-02',
      compatibilityFlags: ['enable_request_signal'],
      kvBindings: ['STATE'],
      durableObjects: [{ binding: 'COUNTER', className: 'Counter' }],
      assets: undefined,
      vars: {},
    },
    variables: {},
    ...options,
  });
  running.push(workerd);
  return workerd;
}

const service = (name: string, port = 0, bare = false): WorkerService => ({ name, port, scriptPath, bare });

async function ask(url: string, action: string, ...args: unknown[]): Promise<unknown> {
  const response = await fetch(url, { method: 'POST', body: JSON.stringify({ action, args }) });
  expect(response.status).toBe(200);
  return ((await response.json()) as { result: unknown }).result;
}

test('KV: values, metadata, lists by prefix and cursor, several at once, deletion', async () => {
  const { url } = await start(await emptyState());
  const kv = (...call: unknown[]) => ask(url, 'kv', ...call);
  await kv('put', 'board', '{"version":1}', { metadata: { writer: 'x' }, expirationTtl: 60 });
  expect(await kv('get', 'board', 'json')).toEqual({ version: 1 });
  expect(await kv('getWithMetadata', 'board')).toMatchObject({ value: '{"version":1}', metadata: { writer: 'x' } });
  expect(await kv('get', 'nothing')).toBeNull();
  for (const name of ['key:1', 'key:2', 'key:3', 'other']) await kv('put', name, name);
  const first = (await kv('list', { prefix: 'key:', limit: 2 })) as { cursor: string };
  expect(first).toMatchObject({ keys: [{ name: 'key:1' }, { name: 'key:2' }], list_complete: false });
  const rest = await kv('list', { prefix: 'key:', limit: 2, cursor: first.cursor });
  expect(rest).toMatchObject({ keys: [{ name: 'key:3' }], list_complete: true });
  expect(await kv('get', ['key:1', 'nothing'])).toEqual({ 'key:1': 'key:1', nothing: null });
  await kv('delete', 'key:1');
  expect(await kv('get', 'key:1')).toBeNull();
});

test('Cache API: match, deletion, and an end when max-age says so', async () => {
  const { url } = await start(await emptyState());
  const [brief, long] = ['https://cache.test/brief', 'https://cache.test/long'];
  await ask(url, 'cachePut', long, 'long answer', 'max-age=60');
  const put = performance.now();
  await ask(url, 'cachePut', brief, 'brief answer', 'max-age=3');
  expect(await ask(url, 'cacheMatch', brief)).toBe('brief answer');
  await until('it has ended', async () => (await ask(url, 'cacheMatch', brief)) === null);
  // Its age is counted in whole seconds.
  expect(performance.now() - put).toBeGreaterThan(2_000);
  expect(await ask(url, 'cacheMatch', long)).toBe('long answer');
  expect(await ask(url, 'cacheDelete', long)).toBe(true);
  expect(await ask(url, 'cacheMatch', long)).toBeNull();
});

test('KV, cache and Durable Objects survive SIGKILL', async () => {
  const state = await emptyState();
  const first = await start(state);
  await ask(first.url, 'kv', 'put', 'kept', 'yes');
  await ask(first.url, 'cachePut', 'https://cache.test/', 'kept', 'max-age=60');
  expect(await ask(first.url, 'increment')).toBe(1);
  first.kill('SIGKILL');
  expect(await first.exited).toEqual({ code: null, signal: 'SIGKILL' });
  const second = await start(state);
  expect(await ask(second.url, 'kv', 'get', 'kept')).toBe('yes');
  expect(await ask(second.url, 'cacheMatch', 'https://cache.test/')).toBe('kept');
  expect(await ask(second.url, 'increment')).toBe(2);
  await second.stop();
  const fresh = await start(state, { fresh: true });
  expect(await ask(fresh.url, 'kv', 'get', 'kept')).toBeNull();
  expect(await ask(fresh.url, 'increment')).toBe(1);
});

test('four services are four isolates over one state, beside a bare one', async () => {
  const names = ['one', 'two', 'three', 'four'];
  const services = [service('bare', 0, true), ...names.map((name) => service(name))];
  const { urls } = await start(await emptyState(), { services, variables: { COLOUR: 'blue' } });
  for (const [index, name] of names.entries()) {
    expect(await ask(urls[name] as string, 'isolate')).toBe(1);
    expect(await ask(urls[name] as string, 'increment')).toBe(index + 1);
  }
  await ask(urls.one as string, 'kv', 'put', 'shared', 'yes');
  expect(await ask(urls.four as string, 'kv', 'get', 'shared')).toBe('yes');
  expect(await ask(urls.bare as string, 'variables')).toEqual({ COLOUR: 'blue' });
});

test('variables arrive byte for byte, and directories may have any name', async () => {
  const variables = { QUOTED: 'a"b\\c\'d', LINES: 'one\ntwo\r\n\tthree', WIDE: 'é😀', DOLLAR: '$HOME `x`' };
  const { url } = await start(await emptyState('a "state"\\ of é'), { variables });
  expect(await ask(url, 'variables')).toEqual(variables);
});

test('a Worker reaches servers on this machine, and its log lines come through', async () => {
  const lines: string[] = [];
  const services = [service('main'), service('other')];
  const { urls } = await start(await emptyState(), { services, onLog: (line) => lines.push(line) });
  // The other service throws on a GET without a body; what matters is that it was reached.
  const answer = await ask(urls.main as string, 'fetch', urls.other?.replace('127.0.0.1', 'localhost'));
  expect(answer).toEqual(expect.any(String));
  await ask(urls.main as string, 'log', 'said by the Worker');
  await expect.poll(() => lines, { timeout: 30_000 }).toContain('said by the Worker');
  expect(lines.filter((line) => line.startsWith('stack:'))).toEqual([]);
});

test('a taken port is an error that names it, and the state is free again', async () => {
  const state = await emptyState();
  const [port] = (await freePorts(1)) as [number];
  const server = await takePort(port);
  await expect(start(state, { services: [service('main', port)] })).rejects.toThrow(`port ${port} is taken`);
  await releasePort(server);
  await start(state, { services: [service('main', port)] });
});

test('one state is for one workerd', async () => {
  const state = await emptyState();
  await start(state);
  await expect(start(state)).rejects.toThrow(`the state in ${state} is in use`);
});
