/** Paths and response headers (docs/contract.md "Paths", "Response headers"), with the configuration as it ships. */
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const PRICE = { inputUsdPerMillion: 2.5, outputUsdPerMillion: 12.5 };

const bench = await startBench({
  variables: {
    PROVIDER_A_PRICE_INPUT: '2.5',
    PROVIDER_A_PRICE_OUTPUT: '12.5',
    PROVIDER_B_PRICE_INPUT: '2.5',
    PROVIDER_B_PRICE_OUTPUT: '12.5',
  },
});
afterAll(bench.stop);
beforeEach(async () => {
  await bench.sandbox.reset();
  bench.sandbox.setPrices('openai', PRICE);
  bench.sandbox.setPrices('anthropic', PRICE);
});

const billed = () => bench.sandbox.counts()[bench.a].billedMicroUsd;

describe('response headers', () => {
  test.each([{ stream: false }, { stream: true }])('of an answer (stream: $stream)', async ({ stream }) => {
    const got = await answered(bench.url, { stream });
    const headers = Object.fromEntries(
      ['deployment', 'provider', 'model', 'request-id', 'attempts', 'hops', 'mode', 'cache'].map((name) => [
        name,
        got.header(`x-carryon-${name}`),
      ]),
    );
    expect(headers).toEqual({
      deployment: 'a',
      provider: 'a',
      model: 'sandbox-openai',
      // What is as usual is not said.
      ...{ 'request-id': null, attempts: null, hops: null, mode: null, cache: null },
    });
    expect(got.header('x-request-id')).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
    expect(got.header('cache-control')).toBe('private, stale-if-error=604800');
    expect(got.header('server-timing')).toMatch(/^(?:(?:identify|admit|plan|attempt);dur=[1-9]\d*, )*total;dur=\d+$/);
    expect(got.header('content-type')).toBe(stream ? 'text/event-stream; charset=utf-8' : 'application/json');
    expect(got.header('x-carryon-dropped')).toBeNull();
  });

  test('after a failover they name who answered, and how many were asked', async () => {
    await bench.sandbox.setFault('openai', '500', { times: 2 });
    const got = await answered(bench.url, { stream: true });
    expect(got.header('x-carryon-deployment')).toBe('b');
    expect(got.header('x-carryon-provider')).toBe('b');
    expect(got.header('x-carryon-model')).toBe('sandbox-anthropic');
    expect(got.header('x-carryon-attempts')).toBe('3');
    expect(got.header('x-carryon-hops')).toBe('1');
  });

  test('every answer has its own id', async () => {
    const ids = await Promise.all(
      Array.from({ length: 20 }, async () => (await answered(bench.url)).header('x-request-id')),
    );
    expect(new Set(ids).size).toBe(20);
  });

  test('the cost is what the provider bills', async () => {
    for (const question of ['Hello', 'What is a failover?', 'In 300 words: what is a failover?']) {
      const before = billed();
      const whole = await answered(bench.url, { question });
      const cost = billed() - before;
      expect(cost).toBeGreaterThan(0);
      // The ledger rounds each amount up; the provider only its sum.
      expect(Math.abs(Number(whole.header('x-carryon-cost-usd')) * 1e6 - cost)).toBeLessThanOrEqual(1);

      const streamed = await answered(bench.url, {
        question,
        stream: true,
        body: { stream_options: { include_usage: true } },
      });
      expect(streamed.costUsd).toBe(Number(whole.header('x-carryon-cost-usd')));
      expect(streamed.usage).toMatchObject({ total_tokens: whole.usage?.total_tokens });
    }
  });

  test('no usage chunk for clients that did not ask', async () => {
    const got = await answered(bench.url, { stream: true });
    expect(got).toMatchObject({ done: true, usage: undefined, costUsd: undefined });
    expect(got.raw).not.toContain('carryon_cost_usd');
  });
});

describe('paths', () => {
  test.each(['/v1/chat/completions', '/chat/completions', '/ai'])('%s answers', async (path) => {
    const whole = await send(bench.url, path, { body: chatBody() });
    expect(whole).toMatchObject({ status: 200, json: { object: 'chat.completion' } });
    const streamed = await send(bench.url, path, { body: chatBody({ stream: true }) });
    expect(streamed.text).toMatch(/data: \[DONE\]\n\n$/);
  });

  test('/ai takes a prompt alone, with a feature, as a stream; a model of its own where one is named', async () => {
    for (const more of [{}, { feature: 'summarize' }, { model: 'app/chat' }, { model: null }]) {
      const { status, json } = await send(bench.url, '/ai', { body: { prompt: 'What is a failover?', ...more } });
      expect(status).toBe(200);
      expect(JSON.stringify(json)).toContain('failover');
    }
    const { text } = await send(bench.url, '/ai', { body: { prompt: 'What is a failover?', stream: true } });
    expect(text).toMatch(/data: \[DONE\]\n\n$/);
    expect((await send(bench.url, '/ai', { body: chatBody({ model: undefined }) })).status).toBe(200);
  });

  test.each([
    [{ prompt: 'one', messages: [{ role: 'user', content: 'two' }] }, 'prompt'],
    [{ prompt: '' }, 'prompt'],
    [{ prompt: 7 }, 'prompt'],
    [{ prompt: ['one'] }, 'prompt'],
    [{}, 'prompt'],
    [{ prompt: 'one', feature: 7 }, 'feature'],
  ])('/ai refuses %j', async (body, param) => {
    expect(await send(bench.url, '/ai', { body })).toMatchObject({
      status: 400,
      json: { error: { code: 'invalid_body', param, type: 'invalid_request_error' } },
    });
    expect(bench.sandbox.counts().openai.requests).toBe(0);
  });

  test.each(['/v1/models', '/models'])('%s lists aliases, and shows one', async (path) => {
    const list = await send(bench.url, path, { method: 'GET' });
    expect(list).toMatchObject({ status: 200, json: { object: 'list', data: [{ id: 'app/chat', object: 'model' }] } });
    expect(list.text).not.toContain('sandbox');
    for (const name of ['app/chat', 'app%2Fchat']) {
      expect((await send(bench.url, `${path}/${name}`, { method: 'GET' })).json.id).toBe('app/chat');
    }
    for (const name of ['nobody', 'app', '__proto__', '%E0%A4%A', '%00', 'a/b/c']) {
      const unknown = await send(bench.url, `${path}/${name}`, { method: 'GET' });
      expect(unknown).toMatchObject({ status: 404, json: { error: { code: 'unknown_alias' } } });
    }
    expect(await send(bench.url, path, { method: 'GET', key: null })).toMatchObject({ status: 401 });
  });

  test('/healthz needs no key', async () => {
    const health = await send(bench.url, '/healthz', { method: 'GET', key: null });
    expect(health).toMatchObject({ status: 200, json: { status: 'ok', configured: true } });
    expect(health.headers['x-request-id']).toMatch(/^[0-9a-f]{8}-[0-9a-f-]{27}$/);
  });

  test.each(['/v1/responses', '/v1/messages', '/v1/embeddings'])('%s: a 404 that says what to use', async (path) => {
    const got = await send(bench.url, path, { body: {} });
    expect(got).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
    expect(got.json.error?.message).toMatch(/chat[ ./]completions/i);
    expect(got.headers['x-should-retry']).toBe('false');
  });

  test.each(['/v1', '/v1/', '/v2/chat/completions', '/ai/', '/v1/chat/completions/', '//ai', '/admin', '/%2e%2e/ai'])(
    'there is nothing at %s',
    async (path) => {
      const got = await send(bench.url, path, { body: chatBody() });
      expect(got.status === 404 || (path === '/admin' && got.status === 401)).toBe(true);
      expect(got.json.error?.code).toBe(got.status === 404 ? 'not_found' : 'invalid_admin_key');
    },
  );

  test.each([
    [CHAT, 'GET', 'POST'],
    [CHAT, 'PUT', 'POST'],
    [CHAT, 'DELETE', 'POST'],
    [CHAT, 'OPTIONS', 'POST'],
    ['/chat/completions', 'PATCH', 'POST'],
    ['/ai', 'GET', 'POST'],
    ['/v1/models', 'POST', 'GET'],
    ['/v1/models/app/chat', 'DELETE', 'GET'],
    ['/models', 'POST', 'GET'],
    ['/healthz', 'POST', 'GET'],
  ])('%s refuses %s', async (path, method, allow) => {
    const got = await send(bench.url, path, { method });
    expect(got).toMatchObject({ status: 405, headers: { allow }, json: { error: { code: 'method_not_allowed' } } });
  });
});
