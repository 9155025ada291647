/** A Worker that was deployed before its secrets were set: it says what to set, and answers no request. */
import { afterAll, expect, test } from 'vitest';
import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, send } from '../support/send.ts';

const bare = await startBench({ local: false });
const halfDone = await startBench({
  local: false,
  variables: {
    CARRYON_LOCAL: '0',
    KEY_SECRET: 'signing-secret',
    PROVIDER_A_API_BASE: 'api.example.com',
    PROVIDER_A_KEY: 'sk-secret-of-a',
    PROVIDER_A_MODEL: 'any',
    PROVIDER_A_FORMAT: 'morse',
    PROVIDER_A_PRICE_INPUT: 'cheap',
    PROVIDER_B_API_BASE: 'https://api.example.com/v1',
    PROVIDER_B_MODEL: 'any',
    PROVIDER_B_KEY: '   ',
  },
});
const shortSecret = await startBench({
  local: false,
  variables: { CARRYON_LOCAL: '0', KEY_SECRET: 'short', ADMIN_KEY: 'an-admin-key-of-my-own' },
});
afterAll(() => Promise.all([bare.stop(), halfDone.stop(), shortSecret.stop()]));

const NEEDED = [
  'KEY_SECRET',
  ...['A', 'B'].flatMap((slot) => ['API_BASE', 'MODEL', 'KEY', 'PRICE'].map((name) => `PROVIDER_${slot}_${name}`)),
];

test.each([
  ['POST', CHAT],
  ['POST', '/chat/completions'],
  ['POST', '/ai'],
  ['GET', '/v1/models'],
])('%s %s: a 503 that names each missing secret and its command', async (method, path) => {
  for (const key of [null, LOCAL_CLIENT_KEY, 'junk']) {
    const got = await send(bare.url, path, { method, key, ...(method === 'POST' && { body: chatBody() }) });
    expect(got).toMatchObject({ status: 503, json: { error: { code: 'not_configured', type: 'server_error' } } });
    expect(got.headers['x-should-retry']).toBe('false');
    const message = got.json.error?.message ?? '';
    expect(message).toMatch(new RegExp(`What is missing: ${NEEDED.join('; ')}$`));
    // Once, however many are missing.
    expect(message.match(/npx wrangler secret put NAME/g)).toHaveLength(1);
    expect(message).toContain('npx wrangler secret bulk');
    expect(message).toContain('PROVIDER_A_PRICE={"input"');
    expect(message).toContain('need none at their own hosts');
  }
});

test('what is set wrong is named with what would be right, never with what was set', async () => {
  const got = await send(halfDone.url, CHAT, { body: chatBody() });
  expect(got).toMatchObject({ status: 503, json: { error: { code: 'not_configured' } } });
  const message = got.json.error?.message ?? '';
  expect(message).toContain('PROVIDER_A_API_BASE must be a URL');
  expect(message).toContain('PROVIDER_A_FORMAT must be "openai" or "anthropic"');
  expect(message).toContain('PROVIDER_A_PRICE_INPUT must be USD');
  expect(message).toContain('; PROVIDER_B_KEY; ');
  expect(message).not.toContain('KEY_SECRET');
  expect(message).not.toMatch(/secret-of-a|morse|cheap|api\.example\.com\)/);
});

test('a secret that is guessed in no time signs no first key', async () => {
  const got = await send(shortSecret.url, '/admin/keys', { key: 'an-admin-key-of-my-own', body: { tenant: 'acme' } });
  expect(got).toMatchObject({ status: 503, json: { error: { code: 'not_configured' } } });
  expect(got.json.error?.message).toContain('KEY_SECRET is too short to sign keys: write 24 or more random characters');
});

test('it is healthy, says that it is not configured, and admin is closed', async () => {
  for (const { url } of [bare, halfDone]) {
    const health = await send(url, '/healthz', { method: 'GET', key: null });
    expect(health).toMatchObject({ status: 200, json: { status: 'ok', configured: false } });
    for (const key of [null, LOCAL_ADMIN_KEY, 'undefined', '']) {
      const got = await send(url, '/admin/keys', { method: 'GET', key });
      expect(got).toMatchObject({ status: 503, json: { error: { code: 'admin_closed' } } });
      expect(got.json.error?.message).toContain('npx wrangler secret put ADMIN_KEY');
    }
  }
});
