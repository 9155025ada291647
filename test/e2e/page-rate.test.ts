/** How often one address may ask with publishable keys, over HTTP and CORS. */
import { afterAll, expect, test } from 'vitest';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { createKey } from '../support/admin.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, type SendOptions, send } from '../support/send.ts';

const PAGE = 'http://localhost:5173';
const RATE = 5;

const bench = await startBench({ config: 'page-rate' });
afterAll(bench.stop);

const key = await createKey(bench.url, 'acme', { kind: 'publishable', origins: [PAGE] });
const calls = () => bench.sandbox.counts().openai.requests;

const asPage = (address: string, path = '/ai', { headers, ...options }: SendOptions = {}) =>
  send(bench.url, path, {
    ...{ key, body: path === '/ai' ? { prompt: 'Hello' } : chatBody() },
    ...options,
    headers: { origin: PAGE, 'cf-connecting-ip': address, ...headers },
  });

test('beyond its number it is refused by name, on every path that starts an answer, and no provider is asked', async () => {
  const paths = ['/ai', CHAT, '/chat/completions', '/ai', CHAT];
  for (const path of paths) expect((await asPage('2001:db8:1:2::1', path)).status).toBe(200);
  const before = calls();
  for (const [index, path] of paths.entries()) {
    const refused = await asPage(`2001:db8:1:2::${index + 2}`, path);
    expect([path, refused.status, refused.json.error?.code]).toEqual([path, 429, 'rate_limit_exceeded']);
    expect(refused.json.error).toMatchObject({ limit: { owner: 'carryon', scope: 'address', name: 'rpm', cap: RATE } });
    const { headers } = refused;
    expect(Number(headers['retry-after-ms'])).toBeGreaterThan(0);
    expect(Number(headers['retry-after']) * 1_000).toBeGreaterThanOrEqual(Number(headers['retry-after-ms']));
    expect([headers['x-ratelimit-limit-requests'], headers['x-ratelimit-remaining-requests']]).toEqual(['5', '0']);
    expect(headers['access-control-allow-origin']).toBe(PAGE);
    expect(headers['cache-control']).toBe('no-store');
  }
  expect(calls()).toBe(before);
  expect((await asPage('2001:db8:1:3::1')).status).toBe(200);
});

test('it may still read, finish and stop what it has, and look up its features', async () => {
  const address = '203.0.113.20';
  const resumable = { 'idempotency-key': `rate-${process.pid}`, 'x-carryon-resume': '1' };
  const body = { prompt: 'Hello', stream: true };
  const first = await asPage(address, '/ai', { headers: resumable, body });
  for (let time = 1; time < RATE; time++) await asPage(address);
  expect((await asPage(address)).status).toBe(429);
  const id = String(first.headers['x-carryon-stream-id']);
  const path = `/ai/streams/${id}`;
  expect((await asPage(address, path, { method: 'GET' })).status).toBe(200);
  const rest = await asPage(address, '/ai', { headers: { ...resumable, 'last-event-id': '1' }, body });
  expect([rest.status, rest.text.includes('[DONE]')]).toEqual([200, true]);
  expect((await asPage(address, path, { method: 'DELETE' })).status).toBe(204);
  expect((await asPage(address, '/ai/features', { method: 'GET' })).status).toBe(200);
});

test('reading has its own, wider bound', async () => {
  const read = () => asPage('203.0.113.30', '/ai/features', { method: 'GET' });
  for (let time = 0; time < 10 * RATE; time++) expect((await read()).status).toBe(200);
  expect((await read()).json.error?.code).toBe('rate_limit_exceeded');
});

test('neither a server nor a request without an address is limited', async () => {
  for (let time = 0; time <= RATE; time++) {
    const server = await send(bench.url, '/ai', {
      headers: { 'cf-connecting-ip': '203.0.113.40' },
      body: { prompt: 'Hi' },
    });
    const unknown = await send(bench.url, '/ai', { key, headers: { origin: PAGE }, body: { prompt: 'Hi' } });
    expect([server.status, unknown.status]).toEqual([200, 200]);
  }
});

test('reports are taken from a page, and the log tells their numbers alone', async () => {
  const report = { id: 'report-one', at: 1, kind: 'queued', feature: 'chat', waitedMs: 7 };
  const body = { reports: [report, report, { ...report, id: 'report-two', kind: 'sent' }] };
  for (let time = 0; time < 2; time++) expect((await asPage('203.0.113.50', '/ai/reports', { body })).status).toBe(204);
  const lines = bench.log.filter((line) => line.includes('travel_reports'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatch(/"tenant":"acme","queued":1,"sent":1\}/);
  expect(bench.log.join()).not.toContain('report-one');
});

test('in production, off Cloudflare, the header that any client can write counts for nothing', async () => {
  const provider = { API_BASE: 'http://127.0.0.1:9/v1', KEY: 'x', MODEL: 'm', PRICE_INPUT: '1', PRICE_OUTPUT: '1' };
  const slot = Object.fromEntries(Object.entries(provider).map(([name, value]) => [`PROVIDER_A_${name}`, value]));
  const variables = { ...slot, KEY_SECRET: 'a-secret-of-this-test-alone', ADMIN_KEY: LOCAL_ADMIN_KEY };
  const deployed = await startBench({ config: 'page-rate', local: false, variables });
  try {
    const own = await createKey(deployed.url, 'acme', { kind: 'publishable', origins: [PAGE] });
    const headers = { origin: PAGE, 'cf-connecting-ip': '203.0.113.60', 'x-forwarded-for': '203.0.113.60' };
    for (let time = 0; time <= 10 * RATE; time++) {
      const read = await send(deployed.url, '/ai/features', { method: 'GET', key: own, headers });
      expect(read.status).toBe(200);
    }
  } finally {
    await deployed.stop();
  }
});
