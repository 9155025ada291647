/** Who may ask, as on a deployed Worker: no local mode, secrets of its own. No response or log line contains a secret. */
import { randomBytes } from 'node:crypto';
import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { startSandbox } from '../../sandbox/start.ts';
import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { startBench } from '../support/bench.ts';
import { CHAT, chatBody, type Sent, said, send } from '../support/send.ts';

const secret = (prefix: string) => `${prefix}${randomBytes(18).toString('hex')}`;
const SECRETS = {
  KEY_SECRET: secret('signing-'),
  ADMIN_KEY: secret('admin-'),
  PROVIDER_A_KEY: secret('sk-provider-a-'),
  PROVIDER_B_KEY: secret('sk-ant-provider-b-'),
};
const providers = await startSandbox({ pace: 'fast' });
const bench = await startBench({
  local: false,
  variables: {
    ...SECRETS,
    PROVIDER_A_API_BASE: providers.openai.url,
    PROVIDER_A_MODEL: 'sandbox-openai',
    PROVIDER_A_PRICE_INPUT: '1',
    PROVIDER_A_PRICE_OUTPUT: '4',
    PROVIDER_B_API_BASE: providers.anthropic.url,
    PROVIDER_B_MODEL: 'sandbox-anthropic',
    PROVIDER_B_FORMAT: 'anthropic',
    PROVIDER_B_PRICE_INPUT: '1',
    PROVIDER_B_PRICE_OUTPUT: '4',
  },
});
afterAll(() => Promise.all([bench.stop(), providers.close()]));
beforeEach(() => providers.reset());

const PAGE = 'https://app.example';
/** Every key that this test made. */
const made: string[] = [];

const admin = (method: string, path: string, body?: object) =>
  send(bench.url, `/admin/${path}`, { method, key: SECRETS.ADMIN_KEY, ...(body && { body }) });

async function create(body: object): Promise<{ id: string; key: string }> {
  const { status, json } = await admin('POST', 'keys', { tenant: 'acme', ...body });
  expect(status).toBe(201);
  made.push(String(json.key));
  return { id: String(json.id), key: String(json.key) };
}

const chat = (key: string | null, headers = {}, more = {}) =>
  send(bench.url, CHAT, { key, headers, body: chatBody(more) });
const code = ({ status, json }: Sent) => `${status} ${json.error?.code ?? 'answered'}`;

describe('keys', () => {
  test('none, junk, and what looks right', async () => {
    const { key } = await create({});
    const calls = providers.counts().openai.requests;
    expect(code(await chat(null))).toBe('401 missing_key');
    for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${key}`, key, 'Bearer a b']) {
      expect(code(await chat(null, { authorization }))).toBe('401 missing_key');
    }
    const last = key.endsWith('A') ? 'B' : 'A';
    for (const junk of [
      'x',
      'sk-',
      'sk-junk',
      `${key}x`,
      key.slice(0, -1),
      key.slice(0, -1) + last,
      `pk${key.slice(2)}`,
    ]) {
      expect(code(await chat(junk))).toBe('401 invalid_key');
      expect(code(await chat(null, { 'x-api-key': junk }))).toBe('401 invalid_key');
    }
    const strange = ['x'.repeat(8_000), 'sk-😀', '../../etc/passwd', '%00', "' OR 1=1"].map(encodeURI);
    for (const junk of strange) expect(code(await chat(null, { 'x-api-key': junk }))).toBe('401 invalid_key');
    const refused = await chat(null);
    expect(refused.headers).toMatchObject({ 'www-authenticate': 'Bearer', 'x-should-retry': 'false' });
    expect(providers.counts().openai.requests).toBe(calls);
  });

  test('by authorization, in any case, or by x-api-key', async () => {
    const { key } = await create({});
    for (const scheme of ['Bearer', 'bearer', 'BEARER', 'Bearer  ']) {
      expect(code(await chat(null, { authorization: `${scheme} ${key}` }))).toBe('200 answered');
    }
    expect(code(await chat(null, { 'x-api-key': key }))).toBe('200 answered');
    expect(code(await chat(null, { authorization: 'Basic bm9ib2R5', 'x-api-key': key }))).toBe('200 answered');
  });

  test('the local ones are dead here', async () => {
    expect(code(await chat(LOCAL_CLIENT_KEY))).toBe('401 invalid_key');
    const { status } = await send(bench.url, '/admin/keys', { method: 'GET', key: LOCAL_ADMIN_KEY });
    expect(status).toBe(401);
  });

  test('put into a path by mistake: the answer does not repeat it', async () => {
    const { key } = await create({});
    const got = await send(bench.url, `/v1/${key}/models`, { method: 'GET', key });
    expect(got).toMatchObject({ status: 404, json: { error: { code: 'not_found' } } });
    expect(got.text).not.toContain(key);
  });

  test('revoked, they are dead at once', async () => {
    const { id, key } = await create({});
    expect(code(await chat(key))).toBe('200 answered');
    const revoked = await admin('DELETE', `keys/${id}`);
    expect(revoked).toMatchObject({ status: 200, json: { id, revokedAt: expect.any(Number), ledgerTold: true } });
    expect(code(await chat(key))).toBe('401 invalid_key');
    expect(code(await admin('DELETE', 'keys/00000000000000000000'))).toBe('404 not_found');
    expect(code(await admin('DELETE', 'keys/..%2f'))).toBe('404 not_found');
  });

  test('with features: those alone, the first of them where none is named', async () => {
    const { key } = await create({ features: ['summarize'] });
    expect(code(await chat(key))).toBe('200 answered');
    expect(code(await chat(key, { 'x-carryon-feature': 'summarize' }))).toBe('200 answered');
    const refused = await chat(key, { 'x-carryon-feature': 'chat' });
    expect(code(refused)).toBe('403 feature_not_allowed');
    expect(refused.json.error?.message).toContain('"summarize"');
    expect(code(await chat(key, {}, { metadata: { feature: 'chat' } }))).toBe('403 feature_not_allowed');
    expect(code(await chat(key, { 'x-carryon-feature': 'nobody' }))).toBe('403 feature_not_allowed');
  });

  test('bound to a user: that one alone', async () => {
    const { key } = await create({ user: 'ada' });
    expect(code(await chat(key))).toBe('200 answered');
    expect(code(await chat(key, { 'x-carryon-user': 'ada' }))).toBe('200 answered');
    expect(code(await chat(key, { 'x-carryon-user': 'bob' }))).toBe('400 conflicting_user');
    expect(code(await chat(key, {}, { user: 'bob' }))).toBe('400 conflicting_user');
  });

  test('a secret one from a page: only where it was made for that', async () => {
    const { key } = await create({});
    const refused = await chat(key, { origin: PAGE });
    expect(code(refused)).toBe('403 browser_not_allowed');
    const forPages = await create({ browser: true });
    expect(code(await chat(forPages.key, { origin: PAGE }))).toBe('200 answered');
  });

  test('a publishable one: from its pages, for nobody in particular, and who serves stays hidden', async () => {
    const { key } = await create({ kind: 'publishable', origins: [PAGE], features: ['chat'] });
    expect(key).toMatch(/^pk-/);
    const got = await chat(key, { origin: PAGE });
    expect(code(got)).toBe('200 answered');
    for (const name of ['deployment', 'provider', 'model', 'cost-usd']) {
      expect(got.headers).not.toHaveProperty(`x-carryon-${name}`);
    }
    expect(got.headers).not.toHaveProperty('x-carryon-attempts');
    for (const origin of ['https://evil.example', `${PAGE}.evil.example`, 'http://app.example', 'null']) {
      expect(code(await chat(key, { origin }))).toBe('403 origin_not_allowed');
    }
    expect(code(await chat(key))).toBe('403 origin_not_allowed');
    expect(code(await chat(key, { origin: PAGE, 'x-carryon-user': 'ada' }))).toBe('403 user_not_allowed');
    expect(code(await chat(key, { origin: PAGE }, { user: 'ada' }))).toBe('403 user_not_allowed');
    const streamed = await chat(key, { origin: PAGE }, { stream: true, stream_options: { include_usage: true } });
    expect(streamed.text).toContain('"usage"');
    expect(streamed.text).not.toContain('carryon_cost_usd');
  });
});

describe('admin', () => {
  const PATHS: [string, string][] = [['GET', 'keys'], ['POST', 'keys'], ['DELETE', 'keys/x'], ['GET', 'cooldowns'],
    ['DELETE', 'cooldowns/a'], ['PUT', 'tenants/a/limits'], ['GET', 'ledger/a'], ['GET', 'ledger/a/history'],
    ['POST', 'ledger/a/adjustments'], ['POST', 'ledger/a/revocations'], ['OPTIONS', 'keys'], ['OPTIONS', 'ledger/a'], ['GET', 'nothing']]; // biome-ignore format: a list, not a page

  test.each(PATHS)('%s /admin/%s is for the admin key alone', async (method, path) => {
    const { key } = await create({ browser: true });
    for (const wrong of [null, key, 'x', SECRETS.ADMIN_KEY.slice(0, -1), `${SECRETS.ADMIN_KEY}x`]) {
      const got = await send(bench.url, `/admin/${path}`, { method, key: wrong });
      expect(code(got)).toBe('401 invalid_admin_key');
    }
    const byHeader = await send(bench.url, `/admin/${path}`, {
      method,
      key: null,
      headers: { 'x-api-key': SECRETS.ADMIN_KEY },
    });
    expect(byHeader.status).not.toBe(401);
  });

  test.each(['[::1', 'a:99999', 'a b'])(
    'under the Host %j, which no URL can have, as under any other',
    async (host) => {
      const options = { method: 'POST', key: SECRETS.ADMIN_KEY, headers: { host }, body: { tenant: 'acme' } };
      const got = await send(bench.url, '/admin/keys', options);
      made.push(String(got.json.key));
      expect(got.status).toBe(201);
      const { json } = await admin('GET', 'audit');
      expect(JSON.stringify(json)).toContain('POST /admin/keys');
    },
  );

  test('no page may call it', async () => {
    for (const [method, path] of PATHS) {
      const headers = { origin: PAGE, 'access-control-request-method': 'GET' };
      const got = await send(bench.url, `/admin/${path}`, { method, key: SECRETS.ADMIN_KEY, headers });
      expect(Object.keys(got.headers).filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  test('the list shows what a key may do, never the key', async () => {
    const { id, key } = await create({ tenant: 'listed', user: 'ada', features: ['chat'], tier: 'team' });
    const { text, json } = await admin('GET', 'keys');
    expect((json.keys as { id: string }[]).find((record) => record.id === id)).toMatchObject({
      tenant: 'listed', kind: 'secret', user: 'ada', features: ['chat'], tier: 'team', browser: false, name: null, expiresAt: null, revokedAt: null,
    }); // biome-ignore format: a list, not a page
    expect(text).not.toContain(key);
    expect(text).not.toContain(key.slice(3, 27));
  });

  test.each([
    [{}, 'tenant'],
    [{ tenant: '' }, 'tenant'],
    [{ tenant: 'a/b' }, 'tenant'],
    [{ tenant: 'a', kind: 'x' }, 'kind'],
    [{ tenant: 'a', kind: 'publishable' }, 'origins'],
    [{ tenant: 'a', origins: [PAGE] }, 'origins'],
    [{ tenant: 'a', kind: 'publishable', origins: ['app.example/path'] }, 'origins.0'],
    [{ tenant: 'a', features: [] }, 'features'],
    [{ tenant: 'a', features: ['nobody'] }, 'feature'],
    [{ tenant: 'a', user: 7 }, 'user'],
    [{ tenant: 'a', browser: 'yes' }, 'browser'],
    [{ tenant: 'a', user: 'a\nb' }, 'user'],
    [{ tenant: 'a', user: 'u'.repeat(257) }, 'user'],
    [{ tenant: 'a', tier: 'gold' }, 'tier'],
    [{ tenant: 'a'.repeat(64) }, 'tenant'],
    [{ tenant: 'a', monthlyUsd: 7 }, 'monthlyUsd'],
  ])('a key like %j is refused', async (body, param) => {
    const got = await admin('POST', 'keys', body);
    expect(got.status).toBe(400);
    expect(got.json.error?.code).toBe(param === 'feature' ? 'unknown_feature' : 'invalid_body');
    expect(got.json.error?.param ?? '').toBe(param);
  });

  test('what is no JSON is refused, and so are other methods', async () => {
    const got = await send(bench.url, '/admin/keys', { key: SECRETS.ADMIN_KEY, body: '{' });
    expect(code(got)).toBe('400 invalid_json');
    const put = await admin('PUT', 'keys');
    expect(code(put)).toBe('405 method_not_allowed');
    expect(put.headers.allow).toBe('GET, POST');
    expect((await admin('POST', 'cooldowns')).headers.allow).toBe('GET');
    expect((await admin('GET', 'cooldowns/a')).headers.allow).toBe('DELETE');
  });
});

test('pages of nobody’s origin may read nothing', async () => {
  const preflight = await send(bench.url, CHAT, {
    method: 'OPTIONS',
    key: null,
    headers: { origin: PAGE, 'access-control-request-method': 'POST' },
  });
  expect(preflight.headers).not.toHaveProperty('access-control-allow-origin');
});

test('nothing that was said or logged holds a secret', async () => {
  await providers.setFault('openai', '401');
  await providers.setFault('anthropic', '401');
  const { key } = await create({});
  expect(code(await chat(key))).toBe('503 providers_unavailable');
  const everything = [...said.filter((text) => !text.startsWith('201 ')), ...bench.log].join('\n');
  for (const text of [...Object.values(SECRETS), ...made]) expect(everything).not.toContain(text);
  expect(bench.log.some((line) => line.includes('bad_key'))).toBe(true);
  expect(everything).not.toContain('failover?');
});
