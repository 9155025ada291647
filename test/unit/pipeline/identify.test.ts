import { describe, expect, it } from 'vitest';
import { ok, refused } from '../../../protocol/result.ts';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { identify } from '../../../worker/pipeline/identify.ts';
import { START, TestClock } from './support/clock.ts';

const server: Identity = { ...LOCAL_IDENTITY, tenant: 'acme', browser: false };
const page: Identity = { ...server, kind: 'publishable', origins: ['https://app.example'] };
const keys = new Map([
  ['sk-server', server],
  ['sk-browser', { ...server, browser: true }],
  ['pk-page', page],
  ['pk-public', { ...page, origins: ['https://public.example'] }],
  ['sk-local', LOCAL_IDENTITY],
]);

const person: Identity = { ...server, kind: 'token', user: 'ana', expiresAt: START + 1_000 };
const signedIn = new Map([['eyJ.good.token', person]]);
const UNKNOWN = { code: 'invalid_token', detail: 'unknown' } as const;

const config = { origins: ['https://named.example'], publicUrl: 'https://public.example' };
const clock = new TestClock();
const asked: string[] = [];
const identities = {
  find: (key: string) => {
    asked.push(key);
    return keys.get(key);
  },
};
const tokens = {
  find: async (token: string) => {
    const identity = signedIn.get(token);
    return identity === undefined ? refused(UNKNOWN) : ok(identity);
  },
  mint: async () => '',
};
const deps = { identities, tokens, clock, config, isLocal: false };
const behind = () => {};
const asking = (headers: Record<string, string>, method = 'GET') => ({ method, headers: new Headers(headers) });
const codeFor = async (headers: Record<string, string>, isLocal = false, method = 'GET') => {
  const identified = await identify(asking(headers, method), { ...deps, isLocal }, behind);
  return identified.ok ? identified.value.kind : identified.error.code;
};

describe('identify', () => {
  it.each<[string, Record<string, string>, string]>([
    ['a bearer', { authorization: 'Bearer sk-server' }, 'secret'],
    ['in any case, with spaces', { authorization: 'bEaReR   sk-server  ' }, 'secret'],
    ['x-api-key', { 'x-api-key': ' sk-server ' }, 'secret'],
    ['x-api-key beside another scheme', { authorization: 'Basic abc', 'x-api-key': 'sk-server' }, 'secret'],
    ['the bearer before x-api-key', { authorization: 'Bearer sk-nobody', 'x-api-key': 'sk-server' }, 'invalid_key'],
    ['nothing', {}, 'missing_key'],
    ['an empty bearer', { authorization: 'Bearer ' }, 'missing_key'],
    ['two words', { authorization: 'Bearer sk-server sk-server' }, 'missing_key'],
    ['another scheme', { authorization: 'Basic c2s6' }, 'missing_key'],
    ['an empty x-api-key', { 'x-api-key': '  ' }, 'missing_key'],
    ['a key nobody has', { authorization: 'Bearer sk-nobody' }, 'invalid_key'],
    [
      'the local key from a page of this machine',
      { 'x-api-key': 'sk-local', origin: 'http://localhost:5173' },
      'secret',
    ],
    [
      'the local key from a page that config names',
      { 'x-api-key': 'sk-local', origin: 'https://named.example' },
      'secret',
    ],
    [
      'the local key from any other page',
      { 'x-api-key': 'sk-local', origin: 'https://evil.example' },
      'origin_not_allowed',
    ],
    ['the local key from a page of a file', { 'x-api-key': 'sk-local', origin: 'null' }, 'origin_not_allowed'],
    ['a name of an object', { authorization: 'Bearer __proto__' }, 'invalid_key'],
    [
      'a secret key from a page',
      { authorization: 'Bearer sk-server', origin: 'https://app.example' },
      'browser_not_allowed',
    ],
    [
      'a secret key from a sandboxed page',
      { authorization: 'Bearer sk-server', origin: 'null' },
      'browser_not_allowed',
    ],
    ['one made for pages', { authorization: 'Bearer sk-browser', origin: 'https://any.example' }, 'secret'],
    [
      'a publishable key from its page',
      { authorization: 'Bearer pk-page', origin: 'https://app.example' },
      'publishable',
    ],
    [
      'from another page',
      { authorization: 'Bearer pk-page', origin: 'https://app.example.evil.example' },
      'origin_not_allowed',
    ],
    [
      'a GET of its page on its own origin, which has no `Origin`',
      { authorization: 'Bearer pk-page', 'sec-fetch-site': 'same-origin', host: 'app.example' },
      'publishable',
    ],
    [
      'the same of a page that it is not for',
      { authorization: 'Bearer pk-page', 'sec-fetch-site': 'same-origin', host: 'other.example' },
      'origin_not_allowed',
    ],
    [
      'no page at all',
      { authorization: 'Bearer pk-page', 'sec-fetch-site': 'none', host: 'app.example' },
      'origin_not_allowed',
    ],
    ['a token without an origin', { authorization: 'Bearer eyJ.good.token' }, 'token'],
    ['by x-api-key', { 'x-api-key': 'eyJ.good.token' }, 'token'],
    [
      'from a page that config names',
      { authorization: 'Bearer eyJ.good.token', origin: 'https://named.example' },
      'token',
    ],
    [
      'from a page that it does not name',
      { authorization: 'Bearer eyJ.good.token', origin: 'https://app.example' },
      'origin_not_allowed',
    ],
    [
      "from a page of the router's own origin",
      { authorization: 'Bearer eyJ.good.token', origin: 'https://router.example', host: 'router.example' },
      'token',
    ],
    [
      'from a page of the address that config gives for the router',
      { authorization: 'Bearer eyJ.good.token', origin: 'https://public.example', host: 'inner' },
      'token',
    ],
    [
      'from a page of this machine, at a deployed router',
      { authorization: 'Bearer eyJ.good.token', origin: 'http://localhost:5173', host: 'router.example' },
      'origin_not_allowed',
    ],
    ['a token that is not good', { authorization: 'Bearer eyJ.bad.token' }, 'invalid_token'],
    ['half a token', { authorization: 'Bearer eyJ.' }, 'invalid_token'],
    ['what only begins like one', { authorization: 'Bearer eyJ' }, 'invalid_key'],
    ['from no page', { authorization: 'Bearer pk-page' }, 'origin_not_allowed'],
  ])('%s', async (_, headers, result) => {
    expect(await codeFor(headers)).toBe(result);
  });

  it.each(['POST', 'DELETE'])('only a GET of such a page comes without an `Origin`: %s', async (method) => {
    const ownPage = { authorization: 'Bearer pk-page', 'sec-fetch-site': 'same-origin', host: 'app.example' };
    expect(await codeFor(ownPage, false, method)).toBe('origin_not_allowed');
    expect(await codeFor({ ...ownPage, origin: 'https://app.example' }, false, method)).toBe('publishable');
  });

  it('a page of the address that config gives for the router, behind a proxy that changes the host', async () => {
    const ownPage = { authorization: 'Bearer pk-public', 'sec-fetch-site': 'same-origin', host: 'inner' };
    expect(await codeFor(ownPage)).toBe('publishable');
    expect(await codeFor({ ...ownPage, authorization: 'Bearer pk-page' })).toBe('origin_not_allowed');
  });

  it('a token may come from a page of this machine in local mode', async () => {
    const headers = { authorization: 'Bearer eyJ.good.token', origin: 'http://localhost:5173', host: 'x.example' };
    expect(await codeFor(headers, true)).toBe('token');
  });

  it('asks the key store nothing about a token', async () => {
    asked.length = 0;
    for (const token of ['eyJ.good.token', 'eyJ.bad.token', 'e.']) await codeFor({ authorization: `Bearer ${token}` });
    expect(asked).toEqual([]);
  });

  it('asks nobody about no key', async () => {
    asked.length = 0;
    await codeFor({ authorization: 'Bearer' });
    expect(asked).toEqual([]);
  });

  it.each([
    [
      'at once',
      () => {
        throw new Error('KV is down');
      },
    ],
    ['later', () => Promise.reject(new Error('KV is down'))],
  ])('a store that fails %s is no “invalid key”', async (_, find) => {
    const identified = await identify(
      asking({ authorization: 'Bearer sk-server' }),
      { ...deps, identities: { find } },
      behind,
    );
    expect(identified).toMatchObject({ ok: false, error: { code: 'key_store_unavailable' } });
  });

  it('does not wait for ever for a store that does not answer', async () => {
    const identities = { find: () => new Promise<undefined>(() => {}) };
    const identifying = identify(asking({ 'x-api-key': 'sk' }), { ...deps, identities }, behind);
    expect(await clock.run(Promise.resolve(identifying))).toMatchObject({
      ok: false,
      error: { code: 'key_store_unavailable' },
    });
    expect(clock.now() - START).toBe(2_000);
  });

  it('waits for a store that has to look', async () => {
    const identified = await identify(
      asking({ 'x-api-key': 'sk' }),
      { ...deps, identities: { find: async () => server } },
      behind,
    );
    expect(identified).toEqual({ ok: true, value: server });
  });
});

it('a key is judged by its end at each use, also one that an isolate remembers', async () => {
  const clock = new TestClock();
  for (const identity of [server, page, person]) {
    const ending = { ...identity, expiresAt: clock.now() + 1_000 };
    const asked = async () => {
      const request = asking({
        authorization: identity === person ? 'Bearer eyJ.' : 'Bearer k',
        ...(identity === page && { origin: 'https://app.example' }),
      });
      const identified = await identify(
        request,
        { ...deps, identities: { find: () => ending }, tokens: { ...tokens, find: async () => ok(ending) }, clock },
        behind,
      );
      return identified.ok || identified.error.code;
    };
    expect(await asked()).toBe(true);
    await clock.advance(999);
    expect(await asked()).toBe(true);
    await clock.advance(1);
    expect(await asked()).toBe(identity === person ? 'token_expired' : 'key_expired');
  }
});
