/** Clients that leave, clients that read slowly, and many at once. */
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { answered, ask, cooldowns, read } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { startScripted } from '../support/scripted-provider.ts';
import { until } from '../support/until.ts';

const LONG = 'In 2000 words: what is a failover?';

const bench = await startBench({ config: 'steady' });
afterAll(bench.stop);
beforeEach(() => bench.sandbox.reset());

/** A stream that has begun and would take minutes, and the way to leave it. */
async function beginStream(model: string): Promise<{ leave(): void }> {
  bench.sandbox.setPace({ ttftMs: 0, tokenMs: 100 });
  const leaving = new AbortController();
  const response = await ask(bench.url, { model, stream: true, question: LONG, signal: leaving.signal });
  expect(response.status).toBe(200);
  const reader = response.body?.getReader();
  await reader?.read();
  reader?.closed.catch(() => {});
  return { leave: () => leaving.abort() };
}

const untilQuiet = (provider: 'openai' | 'anthropic') =>
  until('the provider’s work ends', () => bench.sandbox.counts()[provider].active === 0);

describe('a client that leaves in mid-stream', () => {
  test('ends the provider’s work, and begins no cooldown', async () => {
    const lane = bench.lane('calm');
    const LEAVERS = 6;
    for (let left = 1; left <= LEAVERS; left++) {
      const stream = await beginStream(lane.alias);
      expect(bench.sandbox.counts().openai.active).toBe(1);
      stream.leave();
      await untilQuiet('openai');
      expect(bench.sandbox.counts().openai).toMatchObject({ requests: left, aborted: left, completed: 0, failed: 0 });
    }
    expect(bench.sandbox.counts().anthropic.requests).toBe(0);
    expect(await cooldowns(bench.url, lane.a, lane.b)).toEqual([]);
    bench.sandbox.setPace('fast');
    const after = await answered(bench.url, { model: lane.alias });
    expect(after.header('x-carryon-deployment')).toBe(lane.a);
  });

  test('of a provider that was failed over to, too', async () => {
    const lane = bench.lane('calm');
    await bench.sandbox.setFault('openai', '401');
    const stream = await beginStream(lane.alias);
    expect(bench.sandbox.counts().anthropic.active).toBe(1);
    stream.leave();
    await untilQuiet('anthropic');
    expect(bench.sandbox.counts().anthropic).toMatchObject({ aborted: 1, completed: 0 });
  });

  test('leaves its place to the next', async () => {
    const { alias } = bench.lane('narrow');
    const stream = await beginStream(alias);
    const full = await answered(bench.url, { model: alias });
    expect(full).toMatchObject({ status: 503, error: { code: 'overloaded', type: 'server_error' } });
    expect(Number(full.header('retry-after'))).toBeGreaterThan(0);
    expect(bench.sandbox.counts().openai.requests).toBe(1);

    stream.leave();
    bench.sandbox.setPace('fast');
    await until('the place is free', async () => (await answered(bench.url, { model: alias })).status === 200);
  });
});

test('a client that leaves before a whole answer leaves its place, too', async () => {
  const { alias } = bench.lane('narrow');
  bench.sandbox.setPace({ ttftMs: 300, tokenMs: 1 });
  const leaving = new AbortController();
  const gone = ask(bench.url, { model: alias, signal: leaving.signal }).catch(() => 'gone');
  await until('the provider works', () => bench.sandbox.counts().openai.active === 1);
  leaving.abort();
  expect(await gone).toBe('gone');
  bench.sandbox.setPace('fast');
  await until('the place is free', async () => (await answered(bench.url, { model: alias })).status === 200);
});

test.each([true, false])(
  'a client whose connection is reset before the answer ends the provider’s work and leaves its place (streamed: %s)',
  async (stream) => {
    const { alias } = bench.lane('narrow');
    await bench.sandbox.setFault('openai', 'hang-before-headers', { times: 1 });
    const client = await reset(bench.url, { model: alias, stream });
    await until('the provider works', () => bench.sandbox.counts().openai.active === 1);
    client.resetAndDestroy();
    await until('the provider is let go', () => bench.sandbox.counts().openai.active === 0);
    await until('the place is free', async () => (await answered(bench.url, { model: alias })).status === 200);
  },
);

/** A connection of our own, which can be reset as a network does it: `fetch` closes politely first. */
async function reset(url: string, chat: { model: string; stream: boolean }): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const body = JSON.stringify({ ...chat, messages: [{ role: 'user', content: 'hello' }] });
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(
    `POST /v1/chat/completions HTTP/1.1\r\nhost: ${hostname}\r\nauthorization: Bearer sk-local-dev-key\r\n` +
      `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
  );
  return socket;
}

describe('a place is free again', () => {
  test.each([
    { how: 'after a whole answer', stream: false },
    { how: 'after a stream', stream: true },
  ])('$how', async ({ stream }) => {
    const { alias } = bench.lane('narrow');
    for (let turn = 0; turn < 3; turn++) {
      expect(await answered(bench.url, { model: alias, stream })).toMatchObject({ status: 200, finishReason: 'stop' });
    }
  });

  test('after a caller’s fault, a failure and a stream that broke', async () => {
    const { alias } = bench.lane('narrow');
    await bench.sandbox.setFault('openai', '400');
    expect((await answered(bench.url, { model: alias })).status).toBe(400);
    await bench.sandbox.setFault('openai', '500');
    expect((await answered(bench.url, { model: alias })).status).toBe(503);
    await bench.sandbox.setFault('openai', 'end-mid-stream', { afterTokens: 6 });
    await answered(bench.url, { model: alias, stream: true });
    await bench.sandbox.setFault('openai', null);
    expect((await answered(bench.url, { model: alias, stream: true })).done).toBe(true);
  });
});

test('a client that reads slowly slows the provider down, and gets all of it', async () => {
  const PIECES = 768;
  const piece = JSON.stringify({
    choices: [{ index: 0, delta: { content: 'x'.repeat(65_536) }, finish_reason: null }],
  });
  const last = JSON.stringify({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] });
  let sent = 0;
  const generous = await startScripted(async (_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (sent = 0; sent < PIECES; sent++) {
      if (!response.write(`data: ${piece}\n\n`)) await once(response, 'drain');
    }
    response.end(`data: ${last}\n\ndata: [DONE]\n\n`);
  });
  const variables = { PROVIDER_A_API_BASE: generous.origin, PROVIDER_A_KEY: 'any', PROVIDER_A_MODEL: 'any' };
  const other = await startBench({ config: 'steady', variables });
  try {
    const asking = request(`${other.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { authorization: `Bearer ${LOCAL_CLIENT_KEY}`, 'content-type': 'application/json' },
    });
    asking.end(
      JSON.stringify({
        model: other.lane('calm').alias,
        stream: true,
        messages: [{ role: 'user', content: 'All of it, please.' }],
      }),
    );
    const [response] = (await once(asking, 'response')) as [IncomingMessage];

    // The client does not read: once every buffer on the way is full, the provider may send no more.
    let [seen, since] = [-1, 0];
    await until('the provider stands still', () => {
      if (sent !== seen) [seen, since] = [sent, performance.now()];
      return sent === PIECES || performance.now() - since > 700;
    });
    expect(sent).toBeLessThan(PIECES);

    let bytes = 0;
    let end = '';
    for await (const chunk of response) {
      bytes += chunk.length;
      end = (end + chunk.toString('latin1')).slice(-100);
    }
    expect(bytes).toBeGreaterThan(PIECES * 65_536);
    expect(end).toMatch(/"finish_reason":"stop"\}\]\}\n\ndata: \[DONE\]\n\n$/);
  } finally {
    await Promise.all([other.stop(), generous.close()]);
  }
});

test('a hundred streams at once are all whole', async () => {
  const lane = bench.lane('calm');
  const STREAMS = 100;
  bench.sandbox.setPace({ ttftMs: 20, tokenMs: 2 });
  const expected = (await answered(bench.url, { model: lane.alias })).text;
  const answers = await Promise.all(
    Array.from({ length: STREAMS }, () => read(ask(bench.url, { model: lane.alias, stream: true }))),
  );
  for (const got of answers) {
    expect(got).toMatchObject({ status: 200, text: expected, finishReason: 'stop', done: true, afterwards: 0 });
  }
  expect(bench.sandbox.counts().openai).toMatchObject({ completed: STREAMS + 1, aborted: 0, failed: 0, active: 0 });
});
