/** The demo's plugs on `npm start`, as its page pulls them: the next answer shows the effect, and so does the one after. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CommandBench } from '../support/command.ts';
import { send } from '../support/send.ts';
import { until } from '../support/until.ts';

const bench = new CommandBench();
const machine = await bench.machine();
const { url, environment } = machine;
const origin = url;
let token = '';

const READY = 'Ctrl-C stops everything';
const start = async () => {
  const started = bench.run('start', environment);
  await started.until(READY);
  return started;
};
let running: Awaited<ReturnType<typeof start>>;
beforeAll(async () => {
  running = await start();
  const { status, json } = await demo('POST', 'token');
  expect(status).toBe(201);
  token = String(json.token);
});
afterAll(() => bench.close());

const demo = (method: string, path: string, body?: object) =>
  send(url, `/demo/${path}`, { method, headers: { origin }, key: token || null, ...(body && { body }) });

async function plugged(): Promise<string[]> {
  const { json } = await send(url, '/demo/settings', { method: 'GET', key: null });
  const providers = json.providers as { deployment: string; plugged: boolean }[];
  return providers.filter((one) => one.plugged).map(({ deployment }) => deployment);
}

/** Each question is different, so that none is answered from the cache. */
async function asked(more: object, headers: Record<string, string>) {
  const body = { prompt: `In 3 words: ${randomUUID()}?`, ...more };
  const answer = await send(url, '/ai', { headers: { origin, ...headers }, key: token, body });
  const lines = answer.text.split('\n').filter((line) => line.startsWith('data: {'));
  const chunks = [answer.json, ...lines.map((line) => JSON.parse(line.slice('data: '.length)))];
  const attempts = chunks.flatMap(({ carryon }) => carryon?.attempts ?? []) as { deployment: string; result: string }[];
  const from = attempts.find(({ result }) => result === 'success')?.deployment;
  return { status: answer.status, code: answer.json.error?.code, from, tries: attempts.length };
}
const STREAM = { stream: true, stream_options: { include_usage: true } };
const FORMS = [
  ['a whole answer', {}, () => ({})],
  ['a stream', STREAM, () => ({})],
  ['a stream that may be resumed', STREAM, () => ({ 'idempotency-key': randomUUID(), 'x-carryon-resume': '1' })],
] as const;

describe.each(FORMS)('%s', (_, more, headers) => {
  const served = async () => (await asked(more, headers())).from;

  test('comes from B while A is unplugged, and from A at once when it is plugged in', async () => {
    expect(await plugged()).toEqual(['a', 'b']);
    expect(await served()).toBe('a');
    for (const _ of [1, 2]) {
      expect((await demo('PUT', 'faults/a')).json).toEqual({ deployment: 'a', plugged: false });
      expect(await plugged()).toEqual(['b']);
      // More failures than it takes for a cooldown.
      for (const _ of [1, 2, 3, 4, 5, 6]) expect(await served()).toBe('b');
      expect((await demo('DELETE', 'faults/a')).json).toEqual({ deployment: 'a', plugged: true });
      expect(await plugged()).toEqual(['a', 'b']);
      for (const _ of [1, 2, 3]) expect(await served()).toBe('a');
    }
  });

  test('is refused by name under a budget of one cent, and comes again without it', async () => {
    expect((await demo('PUT', 'limits', { dailyUsd: 0.01 })).json).toEqual({ dailyUsd: 0.01 });
    expect(await asked(more, headers())).toMatchObject({ status: 429, code: 'budget_exceeded' });
    expect((await demo('PUT', 'limits', { dailyUsd: null })).json).toEqual({ dailyUsd: null });
    expect(await asked(more, headers())).toMatchObject({ status: 200, from: 'a' });
  });
});

test('a plug that was pulled is shown as pulled after a restart', async () => {
  await demo('PUT', 'faults/b');
  running.interrupt();
  await running.exited;
  running = await start();
  // What was set just before the end is published after the start.
  await until('the plug of b is shown as pulled', async () => !(await plugged()).includes('b'));
  await demo('DELETE', 'faults/b');
  expect(await plugged()).toEqual(['a', 'b']);
});
