/** Callers for whom the demo's calls do not exist, and callers that they refuse. */
import { describe, expect, it, vi } from 'vitest';
import { callAdmin } from './call-admin.ts';
import { type Asked, appWith, ask, CALLS, claimsOf, DEPLOYED, HOST, ORIGIN, PERSON, tokenOf } from './demo-harness.ts';

describe('to anybody else', () => {
  /** The 404 of any unknown path. */
  async function expectNothing(method: string, path: string, asked: Asked) {
    const { status, text, headers } = await ask(method, path, asked);
    const unknown = await ask(method, `${path}-`, { ...asked, origin: '' });
    expect([status, unknown.status]).toEqual([404, 404]);
    expect(text).toBe(unknown.text.replaceAll(`${path}-`, path));
    const names = (of: Headers) => [...of.keys()].toSorted();
    expect(names(headers)).toEqual(names(unknown.headers));
  }

  it.each<[string, Asked]>([
    ['without an origin', { origin: '' }],
    ['from nowhere', { origin: 'null' }],
    ['from another page of this machine', { origin: 'http://localhost:5173' }],
    ['under another name of this machine', { origin: 'http://127.0.0.1:8787' }],
    ['from a page on the default port', { origin: 'http://localhost' }],
    ['from another scheme', { origin: `ftp://${HOST}` }],
    ['from an extension', { origin: 'chrome-extension://abcdefgh' }],
    ['from another machine', { origin: 'https://evil.example' }],
    ['from two origins', { origin: `${ORIGIN}, ${ORIGIN}` }],
    ['from what is no origin', { origin: `${ORIGIN}/` }],
    ['from nobody', { origin: ' ' }],
    ['without a host', { host: '' }],
    ['under a name of another machine', { host: 'evil.example', origin: 'http://evil.example' }],
    ['under a name that leads here', { host: 'localhost.evil.example:8787', origin: ORIGIN }],
  ])('nothing is there %s, by any method', async (_, asked) => {
    const token = await tokenOf(PERSON);
    for (const [, path, body] of CALLS) {
      for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS']) {
        await expectNothing(method, path, { ...asked, token, ...(method !== 'OPTIONS' && body && { body }) });
      }
      await expectNothing('GET', path, { ...asked, token });
    }
  });

  it('nothing is there under the further names of localHosts, which other machines use', async () => {
    const through = appWith((all) => ({
      ...all,
      config: { ...all.config, localHosts: ['my-box.lan'], publicUrl: 'http://my-box.lan' },
    }));
    const [host, origin] = ['my-box.lan', 'http://my-box.lan'];
    for (const [method, path, body] of CALLS) await expectNothing(method, path, { host, origin, body, through });
    for (const [method, path, body] of CALLS) await expectNothing(method, path, { origin, body, through });
    const settings = await ask('GET', '/demo/settings', { host, origin: '', through });
    expect(settings.text).toBe('{"signIn":"off","because":"off"}');
  });

  it('nothing is there once deployed', async () => {
    const through = appWith((all) => all, DEPLOYED);
    for (const [method, path, body] of CALLS) await expectNothing(method, path, { body, through });
  });

  it('no page of another origin is allowed anything, nor told anything, by CORS', async () => {
    for (const path of ['/demo/settings', ...CALLS.map(([, path]) => path)]) {
      for (const origin of ['http://localhost:5173', 'https://evil.example', 'null']) {
        const headers = { 'access-control-request-method': 'PUT', 'access-control-request-headers': 'authorization' };
        for (const method of ['OPTIONS', 'GET', 'PUT']) {
          const reply = await ask(method, path, { origin, headers });
          expect([...reply.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
          expect(method === 'OPTIONS' ? reply.status : 404).toBeGreaterThanOrEqual(400);
        }
      }
    }
  });
});

describe('from the router’s own page', () => {
  it.each([
    'http://localhost:8787',
    'http://127.0.0.1:8787',
    'http://[::1]:8787',
    'https://demo.localhost',
    'http://localhost',
  ])('under %s', async (origin) => {
    const host = origin.replace(/^https?:\/\//, '');
    expect((await ask('POST', '/demo/token', { host, origin })).status).toBe(201);
  });

  it.each(CALLS)('%s %s has its own methods alone', async (_, path) => {
    const { code, headers } = await ask('GET', path);
    const allow = path.includes('faults') ? 'PUT, DELETE' : path.includes('token') ? 'POST' : 'PUT';
    expect([code, headers.get('allow')]).toEqual(['405 method_not_allowed', allow]);
  });

  it.each(CALLS.slice(1))('%s %s takes a token of the demo alone', async (method, path, body) => {
    const minted = async (user: string, key = 'sk-local-dev-key') =>
      String((await ask('POST', '/v1/tokens', { origin: '', token: key, body: { user } })).json.token);
    const { body: key } = await callAdmin('POST', 'keys', { tenant: 'acme' });
    const page = { tenant: 'local', kind: 'publishable', origins: [ORIGIN] };
    const { body: publishable } = await callAdmin('POST', 'keys', page);
    const mine = claimsOf(await tokenOf(PERSON)).sub;
    const cases: [string | undefined, string][] = [
      [undefined, '401 missing_key'],
      ['sk-junk', '401 invalid_key'],
      [`${await tokenOf(PERSON)}x`, '401 invalid_token'],
      ['sk-local-dev-key', '403 token_not_allowed'],
      ['sk-local-admin-key', '401 invalid_key'],
      [String(key.key), '403 browser_not_allowed'],
      [String(publishable.key), '403 token_not_allowed'],
      [await minted('ana'), '403 token_not_allowed'],
      [await minted(mine, String(key.key)), '403 token_not_allowed'],
      [await tokenOf(PERSON), '200 ok'],
    ];
    for (const [token, code] of cases) {
      expect((await ask(method, path, { body, ...(token !== undefined && { token }) })).code).toBe(code);
    }
    const token = await tokenOf(PERSON);
    vi.setSystemTime(Date.now() + 3_600_001);
    expect((await ask(method, path, { body, token })).code).toBe('401 token_expired');
    vi.useRealTimers();
  });
});
