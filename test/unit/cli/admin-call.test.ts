import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeEach, expect, it } from 'vitest';
import { adminCall } from '../../../cli/admin-call.ts';

let replies: [status: number, headers: Record<string, string>, body?: string][] = [];
let calls = 0;
const server = createServer(({ socket }, response: ServerResponse) => {
  if (replies.length === 0) return void socket.destroy();
  const [status, headers, body] = replies[Math.min(calls, replies.length - 1)] ?? [500, {}];
  calls++;
  response.writeHead(status, headers).end(body ?? JSON.stringify({ error: { message: `refused ${calls}` } }));
});
await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
afterAll(() => server.close());
beforeEach(() => {
  calls = 0;
});

const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const call = (method = 'GET', to = url) =>
  adminCall({ url: to, adminKey: 'k', hint: 'the hint' }, method, '/admin/overrides');

it.each([{ 'retry-after-ms': '1', 'retry-after': '1' }, { 'retry-after': '0' }])(
  'waits as long as a 429 says: %j',
  async (headers) => {
    replies = [
      [429, headers],
      [429, headers],
      [200, {}, '{"done": true}'],
    ];
    expect(await call()).toEqual({ done: true });
    expect(calls).toBe(3);
  },
);

it('shows the third 429 in the router’s own words', async () => {
  replies = [[429, { 'retry-after-ms': '1' }]];
  await expect(call()).rejects.toThrow('refused 3');
});

it.each<Record<string, string>>([
  {},
  { 'retry-after': '3600' },
  { 'retry-after-ms': '-1' },
  { 'retry-after': 'Sun, 29 Nov 2026 00:00:00 GMT' },
])('tells a 429 at once that names no short wait: %j', async (headers) => {
  replies = [[429, headers]];
  await expect(call()).rejects.toThrow('refused 1');
  expect(calls).toBe(1);
});

it.each([
  [403, 'refused 1'],
  [401, 'refused 1\nthe hint'],
  [503, 'refused 1'],
])('asks once where the answer is %s', async (status, message) => {
  replies = [[status, { 'retry-after-ms': '1' }]];
  await expect(call()).rejects.toThrow(message);
  expect(calls).toBe(1);
});

it('tells a change whose answer was lost from one that nobody was asked for', async () => {
  replies = [];
  await expect(call('PUT')).rejects.toThrow(
    'closed the connection without an answer, so the change may or may not have been made',
  );
  await expect(call('GET')).rejects.toThrow('Nothing answers at');
  await expect(call('PUT', 'http://127.0.0.1:1')).rejects.toThrow('Nothing answers at');
});
