/** Calls from a page on another origin: what it may send, and what it may read. */
import { afterAll, describe, expect, test } from 'vitest';
import { REQUEST_HEADERS } from '../../protocol/headers.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, type SendOptions, type Sent, send } from '../support/send.ts';

const PAGE = 'http://localhost:5173';

const bench = await startBench();
afterAll(bench.stop);

const list = (got: Sent, header: string): string[] =>
  String(got.headers[header] ?? '')
    .split(',')
    .map((name) => name.trim().toLowerCase());

const PATHS: [string, string][] = [
  [CHAT, 'POST'],
  ['/chat/completions', 'POST'],
  ['/ai', 'POST'],
  ['/v1/models', 'GET'],
  ['/v1/models/app/chat', 'GET'],
  ['/models', 'GET'],
  ['/healthz', 'GET'],
  ['/ai/streams/some-id', 'GET'],
  ['/ai/streams/some-id', 'DELETE'],
  ['/ai/reports', 'POST'],
  ['/ai/features', 'GET'],
  ['/v1/tokens', 'POST'],
  ['/v1/feedback', 'POST'],
];

describe('a preflight', () => {
  const SENT = [
    'authorization',
    'content-type',
    'x-api-key',
    ...Object.values(REQUEST_HEADERS),
    'x-stainless-lang',
    'user-agent',
  ];

  test.each(PATHS)('%s %s may be called with every header of the contract', async (path, method) => {
    const got = await send(bench.url, path, {
      method: 'OPTIONS',
      key: null,
      headers: {
        origin: PAGE,
        'access-control-request-method': method,
        'access-control-request-headers': SENT.join(', '),
      },
    });
    expect(got.status).toBe(204);
    expect(got.headers['access-control-allow-origin']).toBe(PAGE);
    expect(list(got, 'access-control-allow-methods')).toContain(method.toLowerCase());
    expect(list(got, 'access-control-allow-headers')).toEqual(expect.arrayContaining(SENT));
    expect(Number(got.headers['access-control-max-age'])).toBeGreaterThan(0);
    expect(list(got, 'vary')).toContain('origin');
    expect(got.headers).not.toHaveProperty('access-control-allow-credentials');
  });
});

describe('the call itself', () => {
  const CALLS: [string, string, SendOptions, number][] = [
    ['an answer', CHAT, { body: chatBody() }, 200],
    ['a stream', '/ai', { body: { prompt: 'Hello', stream: true } }, 200],
    ['an alias list', '/v1/models', { method: 'GET' }, 200],
    ['its features', '/ai/features', { method: 'GET' }, 200],
    ['what travel mode saw', '/ai/reports', { body: { reports: [] } }, 204],
    ['health', '/healthz', { method: 'GET' }, 200],
    ['no key', CHAT, { key: null, body: chatBody() }, 401],
    ['a wrong body', '/ai', { body: '{' }, 400],
    ['too much', CHAT, { headers: { 'content-length': 21_000_000 } }, 413],
    ['a wrong method', '/ai', { method: 'PUT' }, 405],
    ['what is not there', '/ai/nothing', { method: 'GET' }, 404],
  ]; // biome-ignore format: a list, not a page

  test.each(CALLS)('%s: readable, with all that is said in headers', async (_, path, options, status) => {
    const got = await send(bench.url, path, { ...options, headers: { ...options.headers, origin: PAGE } });
    expect(got.status).toBe(status);
    expect(got.headers['access-control-allow-origin']).toBe(PAGE);
    // Headers for proxies are not exposed to pages.
    const told = Object.keys(got.headers).filter((name) =>
      /^x-(?!accel-)|^retry-after|^server-timing|^age$/.test(name),
    );
    expect(told).toContain('x-request-id');
    expect(list(got, 'access-control-expose-headers')).toEqual(expect.arrayContaining(told));
  });

  test('a refusal that says when to come again says so to pages, too', async () => {
    await bench.sandbox.setFault('openai', '429-retry-after', { retryAfter: 60 });
    await bench.sandbox.setFault('anthropic', '429-retry-after', { retryAfter: 60 });
    const got = await send(bench.url, '/ai', { headers: { origin: PAGE }, body: { prompt: 'Hello' } });
    expect(got.status).toBe(429);
    expect(list(got, 'access-control-expose-headers')).toEqual(
      expect.arrayContaining(['retry-after', 'retry-after-ms']),
    );
  });

  test('a server’s call carries none of it', async () => {
    const got = await send(bench.url, CHAT, { body: chatBody() });
    expect(Object.keys(got.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
  });
});
