/** `POST /v1/tokens`, and what its tokens may do, inside workerd. */
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { callAdmin } from './call-admin.ts';

const LOCAL_KEY = 'sk-local-dev-key';
const call = async (path: string, credential: string, body?: unknown, headers: Record<string, string> = {}, method = 'POST') => {
  const response = await exports.default.fetch(
    new Request(`http://localhost${path}`, {
      method,
      headers: { authorization: `Bearer ${credential}`, ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
  const text = await response.text();
  const json = text.startsWith('{') ? JSON.parse(text) : {};
  return { status: response.status, headers: response.headers, json, code: `${response.status} ${json.error?.code ?? 'ok'}` };
}; // biome-ignore format: a list, not a page
const mint = (body: unknown, key = LOCAL_KEY, headers = {}) => call('/v1/tokens', key, body, headers);
const minted = async (body: unknown, key = LOCAL_KEY) => {
  const { status, json } = await mint(body, key);
  expect(status).toBe(201);
  return String(json.token);
};
const createKey = async (fields: object) => {
  const { status, body } = await callAdmin('POST', 'keys', { tenant: 'acme', ...fields });
  expect(status).toBe(201);
  return { id: String(body.id), key: String(body.key) };
};
const claimsOf = (token: string) =>
  JSON.parse(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
const models = (token: string, headers = {}) => call('/v1/models', token, undefined, headers, 'GET');
const junk = (claims: object, header: object = { alg: 'HS256' }) =>
  [
    ...[header, claims].map((part) =>
      btoa(JSON.stringify(part)).replaceAll('=', '').replaceAll('/', '_').replaceAll('+', '-'),
    ),
    'AAAA',
  ].join('.');

describe('a token', () => {
  it('is made by a secret key, and kept by nobody', async () => {
    const before = Date.now();
    const { status, json, headers } = await mint({ user: 'ana', ttlSeconds: 60 });
    expect(status).toBe(201);
    expect(Object.keys(json)).toEqual(['token', 'expiresAt']);
    expect(json.expiresAt).toBeGreaterThanOrEqual(before + 60_000);
    expect(json.expiresAt).toBeLessThanOrEqual(Date.now() + 60_000);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(claimsOf(json.token)).toMatchObject({
      iss: 'carryon',
      aud: 'carryon',
      sub: 'ana',
      tenant: 'local',
      key: 'local',
      exp: json.expiresAt / 1_000,
    });
  });

  it('opens what a page may have, under either header, from a page or not', async () => {
    const token = await minted({ user: 'ana' });
    expect((await models(token)).json.data).toMatchObject([{ id: 'app/chat' }]);
    const fromPage = await models(token, { origin: 'http://localhost:5173' });
    expect(fromPage).toMatchObject({ status: 200 });
    expect(fromPage.headers.get('access-control-allow-origin')).toBe('http://localhost:5173');
    const foreign = await models(token, { origin: 'https://evil.example' });
    expect(foreign.code).toBe('403 origin_not_allowed');
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    expect((await call('/ai', token, { prompt: 'hi', user: 'bob' })).code).toBe('403 user_not_allowed');
    expect((await call('/ai', token, { prompt: 'hi', model: 'nothing' })).code).toBe('404 unknown_alias');
    expect((await call('/ai', token, { prompt: 'hi' }, { 'x-carryon-cache': 'refresh' })).code).toBe(
      '403 refresh_not_allowed',
    );
    expect((await call('/admin/keys', token, undefined, {}, 'GET')).code).toBe('401 invalid_admin_key');
  });

  it('has no more features than its key', async () => {
    const { key, id } = await createKey({ features: ['chat', 'summarize'], tier: 'team' });
    const some = await minted({ user: 'ana', features: ['summarize'] }, key);
    expect(claimsOf(some)).toMatchObject({ tenant: 'acme', key: id, features: ['summarize'], tier: 'team' });
    expect((await call('/ai', some, { prompt: 'hi', feature: 'chat' })).code).toBe('403 feature_not_allowed');
    expect(claimsOf(await minted({ user: 'ana' }, key)).features).toEqual(['chat', 'summarize']);
    const one = await createKey({ features: ['chat'] });
    expect((await mint({ user: 'ana', features: ['summarize'] }, one.key)).code).toBe('403 feature_not_allowed');
    expect((await mint({ user: 'ana', features: ['nothing'] })).code).toBe('400 unknown_feature');
  });

  it('ends with its key', async () => {
    const expiresAt = Date.now() + 120_000;
    const { key } = await createKey({ expiresAt });
    expect((await mint({ user: 'ana' }, key)).json.expiresAt).toBe(expiresAt);
  });

  it('is not made by what a page holds, nor for another user than the key’s', async () => {
    const page = 'http://localhost:5173';
    const token = await minted({ user: 'ana' });
    const publishable = await createKey({ kind: 'publishable', origins: [page] });
    const browser = await createKey({ browser: true });
    const server = await createKey({});
    const bound = await createKey({ user: 'ana' });
    const refused = '403 token_not_allowed';
    expect((await mint({ user: 'ana' }, token)).code).toBe(refused);
    expect((await mint({ user: 'ana' }, publishable.key, { origin: page })).code).toBe(refused);
    expect((await mint({ user: 'ana' }, browser.key, { origin: page })).code).toBe(refused);
    expect((await mint({ user: 'ana' }, LOCAL_KEY, { origin: page })).code).toBe(refused);
    expect((await mint({ user: 'ana' }, server.key, { origin: page })).code).toBe('403 browser_not_allowed');
    expect((await mint({ user: 'bob' }, bound.key)).code).toBe(refused);
    expect((await mint({ user: 'ana' }, bound.key)).code).toBe('201 ok');
    expect((await mint({ user: 'ana' }, 'sk-nobody')).code).toBe('401 invalid_key');
  });

  it.each([
    '',
    '{',
    '[]',
    'null',
    '"ana"',
    '{}',
    '{"user":7}',
    '{"user":"a","ttlSeconds":0}',
    '{"user":"a","tenant":"b"}',
  ])('asked for with %j is a named 400', async (body) => {
    expect((await mint(body)).code).toMatch(/^400 invalid_(json|body)$/);
  });

  it('has a path for POST alone, which pages may ask about', async () => {
    expect((await call('/v1/tokens', LOCAL_KEY, undefined, {}, 'GET')).headers.get('allow')).toBe('POST');
    expect((await mint({ user: 'ana', features: Array(100).fill('x'.repeat(300)) })).code).toBe(
      '413 payload_too_large',
    );
  });
});

it('bad ones cost neither KV nor an object but the book, which gets records in batches', async () => {
  const now = Math.floor(Date.now() / 1_000);
  const good = { iss: 'carryon', aud: 'carryon', sub: 'ana', tenant: 'acme', key: 'local', exp: now + 900 };
  const bad = [junk(good), junk(good, { alg: 'none' }), junk({ ...good, exp: now }), junk({ ...good, iss: 'x' }), 'eyJ.', `${junk(good)}.`];
  const get = vi.spyOn(Object.getPrototypeOf(env.STATE), 'get');
  const objects = vi.spyOn(Object.getPrototypeOf(env.TENANT_LEDGER), 'get');
  for (let times = 0; times < 50; times++) {
    for (const token of bad) expect((await models(token)).status).toBe(401);
    expect((await call('/ai', bad[0] ?? '', { prompt: 'hi' }, { 'idempotency-key': 'k' })).code).toBe('401 invalid_token');
  }
  expect(get).not.toHaveBeenCalled();
  expect(objects.mock.calls.filter(([id]) => (id as DurableObjectId).name !== 'book')).toEqual([]);
  objects.mockClear();
  // The spied objects are the ones that a request would use.
  await models((await createKey({})).key);
  await callAdmin('GET', 'ledger/acme');
  expect(get).toHaveBeenCalled();
  expect(objects).toHaveBeenCalled();
  vi.restoreAllMocks();
}); // biome-ignore format: a list, not a page
