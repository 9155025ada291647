import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { identify } from '../../../worker/pipeline/identify.ts';
import { START, TestClock } from './support/clock.ts';

const server: Identity = { ...LOCAL_IDENTITY, tenant: 'acme', browser: false };
const page: Identity = { ...server, kind: 'publishable', origins: ['https://app.example'] };
const keys = new Map([
  ['sk-server', server],
  ['sk-browser', { ...server, browser: true }],
  ['pk-page', page],
  ['sk-local', LOCAL_IDENTITY],
]);

const config = { origins: ['https://named.example'] };
const clock = new TestClock();
const asked: string[] = [];
const identities = {
  find: (key: string) => {
    asked.push(key);
    return keys.get(key);
  },
};
const codeFor = async (headers: Record<string, string>) => {
  const identified = await identify(new Headers(headers), { identities, clock, config });
  return identified.ok ? identified.identity.kind : identified.error.code;
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
    ['from no page', { authorization: 'Bearer pk-page' }, 'origin_not_allowed'],
  ])('%s', async (_, headers, result) => {
    expect(await codeFor(headers)).toBe(result);
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
    const identified = await identify(new Headers({ authorization: 'Bearer sk-server' }), {
      identities: { find },
      clock,
      config,
    });
    expect(identified).toMatchObject({ ok: false, error: { code: 'key_store_unavailable' } });
  });

  it('does not wait for ever for a store that does not answer', async () => {
    const identities = { find: () => new Promise<undefined>(() => {}) };
    const identifying = identify(new Headers({ 'x-api-key': 'sk' }), { identities, clock, config });
    expect(await clock.run(identifying)).toMatchObject({ ok: false, error: { code: 'key_store_unavailable' } });
    expect(clock.now() - START).toBe(2_000);
  });

  it('waits for a store that has to look', async () => {
    const identified = await identify(new Headers({ 'x-api-key': 'sk' }), {
      identities: { find: async () => server },
      clock,
      config,
    });
    expect(identified).toEqual({ ok: true, identity: server });
  });
});

it('a key is judged by its end at each use, also one that an isolate remembers', async () => {
  const clock = new TestClock();
  for (const identity of [server, page]) {
    const ending = { ...identity, expiresAt: clock.now() + 1_000 };
    const asked = async () => {
      const headers = new Headers({
        authorization: 'Bearer k',
        ...(identity === page && { origin: 'https://app.example' }),
      });
      const identified = await identify(headers, { identities: { find: () => ending }, clock, config });
      return identified.ok || identified.error.code;
    };
    expect(await asked()).toBe(true);
    await clock.advance(999);
    expect(await asked()).toBe(true);
    await clock.advance(1);
    expect(await asked()).toBe('key_expired');
  }
});
