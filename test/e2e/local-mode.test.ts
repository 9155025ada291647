/** How a real workerd treats names, users and compressed bodies: bytes, as they come over the wire. */
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from 'vitest';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const bench = await startBench();
afterAll(() => bench.stop());

describe('local mode', () => {
  const none = ['localhost:abc', 'localhost:999999', '127.0.0.256', '[::1%25lo]', 'localhost, evil.example'];
  const others = ['evil.example', 'evil.example:8787', '10.0.0.5', 'localhost.evil.example', '127.0.0.1.evil.example'];

  test.each([...others, ...none])('answers nothing as %s', async (host) => {
    for (const [path, key] of [
      [CHAT, 'sk-local-dev-key'],
      ['/admin/keys', 'sk-local-admin-key'],
      ['/healthz', null],
    ] as const) {
      const got = await send(bench.url, path, { headers: { host }, key, body: chatBody() });
      expect(got).toMatchObject({ status: 421, json: { error: { code: 'misdirected_request' } } });
    }
  });

  test.each(['localhost:1', 'a.localhost', '127.9.9.9', '[::1]:8787'])('answers as %s', async (host) => {
    expect((await send(bench.url, CHAT, { headers: { host }, body: chatBody() })).status).toBe(200);
  });

  test('gives the local key to no page of another machine', async () => {
    const got = await send(bench.url, CHAT, { headers: { origin: 'https://evil.example' }, body: chatBody() });
    expect(got).toMatchObject({ status: 403, json: { error: { code: 'origin_not_allowed' } } });
    expect(got.headers).not.toHaveProperty('access-control-allow-origin');
  });
});

test('a user is the same one in UTF-8, in Latin-1, in the body, and written with a mark of its own', async () => {
  const limits = { method: 'PUT', key: 'sk-local-admin-key', body: { scope: 'user:José', dailyUsd: 0.0000001 } };
  expect((await send(bench.url, '/admin/tenants/local/limits', limits)).status).toBe(200);
  const inUtf8 = (name: string) => Buffer.from(name).toString('latin1');
  const named = [
    { headers: { 'x-carryon-user': 'José' } },
    { headers: { 'x-carryon-user': inUtf8('José') } },
    { headers: { 'x-carryon-user': inUtf8('Jose\u0301') } },
    { body: { user: 'José' } },
    { body: { user: 'Jose\u0301' } },
  ];
  for (const { headers = {}, body = {} } of named) {
    const got = await send(bench.url, CHAT, { headers, body: chatBody(body) });
    expect([headers, body, got.status]).toEqual([headers, body, 429]);
  }
});

test('users whose names are not sent in UTF-8 are refused, so that no two of them become one', async () => {
  for (const name of ['José', 'Josè']) {
    const body = Buffer.from(JSON.stringify(chatBody({ user: name })), 'latin1');
    const got = await send(bench.url, CHAT, { headers: { 'idempotency-key': 'one-key' }, body });
    expect(got).toMatchObject({ status: 400, json: { error: { code: 'invalid_user' } } });
  }
});

test('a packed body is unpacked, or refused by name', async () => {
  const body = gzipSync(JSON.stringify(chatBody()));
  const packed = (encoding: string) => send(bench.url, CHAT, { headers: { 'content-encoding': encoding }, body });
  expect((await packed('gzip')).status).toBe(200);
  expect(await packed('br')).toMatchObject({ status: 415, json: { error: { code: 'unsupported_encoding' } } });
});
