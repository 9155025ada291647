/** Answers that outlive the connection: one call per idempotency key, streams that go on where they were cut, by real TCP. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { createKey } from '../support/admin.ts';
import { type AskOptions, admin, answered, ask } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { type ReadOptions, readEvents, type StreamEvent } from '../support/read-events.ts';
import { until } from '../support/until.ts';

const bench = await startBench();
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

let keys = 0;
const newKey = () => `key-${process.pid}-${++keys}`;
const started = () => bench.sandbox.counts().openai.started + bench.sandbox.counts().anthropic.started;
const keyed = (key: string, options: AskOptions = {}) =>
  answered(bench.url, { ...options, headers: { 'idempotency-key': key, ...options.headers } });

/** Resolves as soon as nothing is held any more. */
const spent = (): Promise<number> =>
  until('nothing is held', async () => {
    const { scopes } = (await (await admin(bench.url, 'ledger/local?scope=tenant')).json()) as {
      scopes: { spentMicroUsd: number; reservedMicroUsd: number }[];
    };
    const { spentMicroUsd, reservedMicroUsd } = scopes[0] ?? { spentMicroUsd: 0, reservedMicroUsd: 0 };
    return reservedMicroUsd === 0 ? spentMicroUsd : undefined;
  });

const read = (headers: Record<string, string>, options?: ReadOptions) => readEvents(bench.url, headers, options);

const resumable = (key: string, more: Record<string, string> = {}) => ({
  'idempotency-key': key,
  'x-carryon-resume': '1',
  ...more,
});

describe('an idempotency key', () => {
  test('50 clients at once, streamed and not: one call, one answer, one charge', async () => {
    const before = await spent();
    const key = newKey();
    const ways: AskOptions[] = [
      { stream: true, headers: { 'x-carryon-resume': '1' } },
      { stream: false },
      { stream: true, body: { stream_options: { include_usage: true } } },
    ];
    const all = await Promise.all(Array.from({ length: 50 }, (_, index) => keyed(key, ways[index % 3])));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(all.map(({ text }) => text)).size).toBe(1);
    expect(all.filter(({ costUsd, header }) => (costUsd ?? Number(header('x-carryon-cost-usd'))) > 0)).toHaveLength(1);
    expect(started()).toBe(1);
    const { billedMicroUsd: a } = bench.sandbox.counts().openai;
    await until('it is settled', async () => (await spent()) > before);
    expect((await spent()) - before).toBe(a + bench.sandbox.counts().anthropic.billedMicroUsd);
  });

  test('sent again: the same answer in either form, and nothing is charged', async () => {
    const key = newKey();
    const first = await keyed(key);
    expect(first.header('x-carryon-deployment')).toBe('a');
    const again = await keyed(key);
    expect([again.status, again.text, again.header('x-carryon-cost-usd')]).toEqual([200, first.text, '0']);
    expect(again.header('x-request-id')).not.toBe(first.header('x-request-id'));
    const streamed = await keyed(key, { stream: true });
    expect([streamed.text, streamed.done]).toEqual([first.text, true]);
    const options = { stream: true, body: { stream_options: { include_usage: true } } };
    const other = newKey();
    expect((await keyed(other, options)).costUsd).toBeGreaterThan(0);
    expect((await keyed(other, options)).costUsd).toBe(0);
  });

  test('with another question is refused by name; another user’s is another key', async () => {
    const key = newKey();
    await keyed(key);
    expect(await keyed(key, { question: 'Something else?' })).toMatchObject({
      status: 422,
      error: { code: 'idempotency_mismatch' },
    });
    expect((await keyed(key, { user: 'bob' })).status).toBe(200);
    const other = await createKey(bench.url, 'other');
    expect((await keyed(key, { headers: { authorization: `Bearer ${other}` } })).status).toBe(200);
    expect(started()).toBe(3);
  });

  test('too old to be remembered is recognised by its own time', async () => {
    const old = '01890000-0000-7000-8000-000000000000';
    expect(await keyed(old)).toMatchObject({ status: 409, error: { code: 'idempotency_expired' } });
    expect(started()).toBe(0);
  });

  test('after a failure may run again', async () => {
    const key = newKey();
    await bench.sandbox.setFault('openai', '500');
    await bench.sandbox.setFault('anthropic', '500');
    expect((await keyed(key)).error?.code).toBe('providers_unavailable');
    bench.sandbox.reset();
    await until('it answers', async () => (await keyed(key)).status === 200);
  });

  test.each(['', 'a b', 'x'.repeat(257)])('that is not valid is refused: %j', async (key) => {
    const { status, error } = await keyed(key);
    expect([status, error?.param]).toEqual([400, 'idempotency-key']);
  });
});

describe('a resumable stream', () => {
  test.each([
    { way: 'the same request', path: () => '/v1/chat/completions', method: 'POST' },
    { way: 'its id', path: (streamId: string) => `/ai/streams/${streamId}`, method: 'GET' },
  ])(
    'of 200 events, cut at each of them, resumed by $way: each byte once, in order; one call, one charge',
    async ({ path, method }) => {
      const question = 'In 200 words: what is a failover?';
      const before = await spent();
      // Slow enough that most cuts hit a running answer.
      await bench.sandbox.setFault('openai', 'drip', { delayMs: 5 });
      const key = newKey();
      const first = await read(resumable(key), { question, cutAfter: 1 });
      const streamId = String(first.headers['x-carryon-stream-id']);
      const seen = first.events.slice(0, 1);
      while (seen.at(-1)?.data !== '[DONE]') {
        const after = { 'last-event-id': String(seen.at(-1)?.id) };
        const headers = method === 'POST' ? resumable(key, after) : after;
        const part = await read(headers, { question, cutAfter: 1, path: path(streamId), method });
        // Anything behind it in the same packet is lost with the connection.
        seen.push(...part.events.slice(0, 1));
        expect([part.status, part.events[0]?.id]).toEqual([200, seen.length]);
      }
      expect(seen.length).toBeGreaterThan(200);
      const whole = await read(resumable(key), { question });
      // A replay costs nothing; everything else is the same.
      const withoutCost = ({ id, data }: StreamEvent) => [
        id,
        data.replace(/"(?:carryon_cost_usd|costUsd)":[\d.e-]+/g, ''),
      ];
      expect(seen.map(withoutCost)).toEqual(whole.events.map(withoutCost));
      expect(started()).toBe(1);
      await until('it is settled', async () => (await spent()) > before);
      expect((await spent()) - before).toBe(bench.sandbox.counts().openai.billedMicroUsd);
    },
  );

  test('sends its headers and a comment at once, before any content', async () => {
    await bench.sandbox.setFault('openai', 'slow-first-token', { delayMs: 1_500 });
    const part = await read(resumable(newKey()));
    expect(part.text.startsWith(': hb\n')).toBe(true);
    expect(part.text.split(': hb\n').length).toBeGreaterThan(2);
    expect(part.headers['x-carryon-stream-id']).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a refusal keeps its status', async () => {
    await admin(bench.url, 'tenants/local/limits', { method: 'PUT', body: { scope: 'user:poor', monthlyUsd: 0 } });
    const part = await read(resumable(newKey(), { 'x-carryon-user': 'poor' }));
    expect([part.status, JSON.parse(part.text).error.code]).toEqual([429, 'budget_exceeded']);
  });

  test('is stopped by DELETE alone, and the key keeps that', async () => {
    await bench.sandbox.setFault('openai', 'drip', { delayMs: 200 });
    const key = newKey();
    const part = await read(resumable(key), { cutAfter: 3 });
    const path = `/ai/streams/${String(part.headers['x-carryon-stream-id'])}`;
    const stopped = await fetch(bench.url + path, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${LOCAL_CLIENT_KEY}` },
    });
    expect(stopped.status).toBe(204);
    const rest = await read(resumable(key, { 'last-event-id': '3' }));
    expect(rest.text).toContain('"code":"stopped"');
    expect(rest.text).not.toContain('[DONE]');
    await until('the provider is let go', async () => bench.sandbox.counts().openai.active === 0);
    await until('it is settled', async () => (await spent()) >= 0);
  });

  test('an id never seen, or somebody else’s, starts nothing', async () => {
    const part = await read(resumable(newKey()));
    const path = `/ai/streams/${String(part.headers['x-carryon-stream-id'])}`;
    const other = await createKey(bench.url, 'other');
    const calls = started();
    for (const [at, key] of [
      [path, other],
      [`/ai/streams/${'0'.repeat(64)}`, LOCAL_CLIENT_KEY],
      ['/ai/streams/nonsense', LOCAL_CLIENT_KEY],
    ] as const) {
      const got = await read({ authorization: `Bearer ${key}` }, { path: at, method: 'GET' });
      expect([got.status, JSON.parse(got.text).error.code]).toEqual([404, 'stream_not_found']);
    }
    expect((await read(resumable(newKey(), { 'last-event-id': '3' }))).status).toBe(404);
    expect(started()).toBe(calls);
  });

  test('without a key, or where the feature does not resume, is a plain stream', async () => {
    const plain = await read({ 'x-carryon-resume': '1' });
    expect([plain.headers['x-carryon-stream-id'], plain.events.length]).toEqual([undefined, 0]);
    const other = await read(resumable(newKey(), { 'x-carryon-feature': 'summarize' }));
    expect([other.headers['x-carryon-stream-id'], other.events.length]).toEqual([undefined, 0]);
    expect(other.text).toContain('data: [DONE]');
  });
});

test('a plain client that leaves a keyed stream finds the whole answer under its key', async () => {
  const key = newKey();
  const leaving = new AbortController();
  await bench.sandbox.setFault('openai', 'drip', { delayMs: 50 });
  const response = await ask(bench.url, { stream: true, headers: { 'idempotency-key': key }, signal: leaving.signal });
  await response.body?.getReader().read();
  leaving.abort();
  const again = await keyed(key, { stream: true });
  expect([again.done, started()]).toEqual([true, 1]);
});
