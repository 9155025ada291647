import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { LOCAL_CLIENT_KEY, LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import type { Clock } from '../../worker/ports.ts';
import { base64Url, hmacSha256 } from '../../worker/stores/digest.ts';
import { KeyStore } from '../../worker/stores/key-store.ts';
import { constantTimeEqual, sameSecret } from '../../worker/stores/same-secret.ts';

const SECRET = 'signs virtual keys';
const FIELDS = {
  name: null,
  expiresAt: null,
  tenant: 'acme',
  kind: 'secret',
  user: null,
  features: null,
  tier: null,
  browser: false,
  origins: [],
} as const;

let now: number;
const clock: Clock = {
  now: () => now,
  after: () => () => {},
};

/** The reads that KV received. */
let asked: string[];
const watched = new Proxy(env.STATE, {
  get(kv, name) {
    const method = Reflect.get(kv, name);
    if (typeof method !== 'function') return method;
    return (...parameters: unknown[]) => {
      asked.push(String(name));
      return Reflect.apply(method, kv, parameters);
    };
  },
});
const store = (keySecret = SECRET, local = false, keySecretOld?: string) =>
  new KeyStore(watched, { keySecret, keySecretOld, local }, clock);

beforeEach(async () => {
  now = Date.now();
  for (const { name } of (await env.STATE.list()).keys) await env.STATE.delete(name);
  asked = [];
});

const swap = (key: string, at: number) => key.slice(0, at) + (key[at] === 'A' ? 'B' : 'A') + key.slice(at + 1);

describe('a key', () => {
  it('is known with what it may do, in another isolate too', async () => {
    const { key, record } = await store().create({ ...FIELDS, features: ['chat'], tier: 'team', browser: true });
    expect(key).toMatch(/^sk-[\w-]{40}$/);
    const { name: _, ...seen } = FIELDS;
    expect(await store().find(key)).toEqual({
      ...seen,
      features: ['chat'],
      tier: 'team',
      browser: true,
      keyId: record.id,
    });
  });

  it('that is publishable says so', async () => {
    const { key } = await store().create({ ...FIELDS, kind: 'publishable', origins: ['https://app.example'] });
    expect(key).toMatch(/^pk-/);
    expect(await store().find(key)).toMatchObject({ kind: 'publishable', origins: ['https://app.example'] });
  });

  it('is nowhere in KV, only its hash', async () => {
    const { key, record } = await store().create({ ...FIELDS });
    const { keys } = await env.STATE.list();
    const stored = JSON.stringify([keys, await Promise.all(keys.map(({ name }) => env.STATE.get(name)))]);
    expect(keys).toHaveLength(2);
    for (let at = 0; at + 8 <= key.length; at++) expect(stored).not.toContain(key.slice(at, at + 8));
    const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(key)));
    const hash = [...digest].map((byte) => byte.toString(16).padStart(2, '0')).join('');
    expect(keys.map(({ name }) => name)).toEqual([`key-id:v1:${hash.slice(0, 20)}`, `key:v1:${hash}`]);
    expect(record.id).toBe(hash.slice(0, 20));
  });

  it('is its own each time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => store().create({ ...FIELDS })));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(20);
    expect(new Set(keys.map(({ record }) => record.id)).size).toBe(20);
  });
});

describe('junk', () => {
  it('is refused without a look into KV, wherever it differs from a key', async () => {
    const { key } = await store().create({ ...FIELDS });
    asked = [];
    const one = store();
    const signed = `sk-${'A'.repeat(24)}`;
    const forged =
      signed + base64Url((await hmacSha256('another secret', `carryon virtual key ${signed}`)).subarray(0, 12));
    const junk = ['', 'sk-', 'hello', key.slice(0, -1), `${key}A`, key.replace('sk-', 'pk-'), forged, LOCAL_CLIENT_KEY];
    for (let at = 3; at < key.length; at++) junk.push(swap(key, at));
    for (const text of junk) expect(await one.find(text)).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it('is what another deployment’s key is', async () => {
    const { key } = await store('theirs').create({ ...FIELDS });
    asked = [];
    expect(await store().find(key)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('after a change of KEY_SECRET', () => {
  it('a key of the old one is read while KEY_SECRET_OLD is set, and new ones are signed by the new one', async () => {
    const { key, record } = await store('old').create({ ...FIELDS });
    const rotated = () => store('new', false, 'old');
    expect(await rotated().find(key)).toMatchObject({ keyId: record.id });
    const { key: next } = await rotated().create({ ...FIELDS });
    expect(await store('new').find(next)).toBeDefined();
    asked = [];
    expect(await store('new').find(key)).toBeUndefined();
    expect(await store('old').find(next)).toBeUndefined();
    expect(await store('new', false, 'older').find(key)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('what an isolate remembers', () => {
  it('is trusted for a minute, then looked up again', async () => {
    const { key } = await store().create({ ...FIELDS });
    const one = store();
    await one.find(key);
    asked = [];
    for (let request = 0; request < 50; request++) await one.find(key);
    now += 59_999;
    await one.find(key);
    expect(asked).toEqual([]);
    now += 1;
    await one.find(key);
    expect(asked).toEqual(['get']);
  });

  it('holds a key that nobody has too', async () => {
    const { key } = await store().create({ ...FIELDS });
    const [name] = (await env.STATE.list({ prefix: 'key:v1:' })).keys.map(({ name }) => name);
    await env.STATE.delete(name ?? '');
    const one = store();
    asked = [];
    for (let request = 0; request < 50; request++) expect(await one.find(key)).toBeUndefined();
    expect(asked).toEqual(['get']);
  });

  it('never outlives a minute of a revocation', async () => {
    const { key, record } = await store().create({ ...FIELDS });
    const elsewhere = store();
    expect(await elsewhere.find(key)).toBeDefined();
    await store().revoke(record.id);
    expect(await elsewhere.find(key)).toBeDefined();
    now += 60_000;
    expect(await elsewhere.find(key)).toBeUndefined();
  });

  it('is forgotten at once where the key is revoked', async () => {
    const one = store();
    const { key, record } = await one.create({ ...FIELDS });
    expect(await one.find(key)).toBeDefined();
    expect(await one.revoke(record.id)).toMatchObject({
      before: { id: record.id, revokedAt: null },
      after: { id: record.id, revokedAt: now },
    });
    expect(await one.find(key)).toBeUndefined();
  });

  it('is answered at once, without a promise', async () => {
    const one = store();
    const { key } = await one.create({ ...FIELDS });
    const found = await one.find(key);
    expect(one.find(key)).toBe(found);
  });
});

describe('listing and revoking', () => {
  it('shows what keys there are and never the keys', async () => {
    const one = store();
    const made = await Promise.all(['a', 'b', 'c'].map((tenant) => one.create({ ...FIELDS, tenant })));
    const { records, cursor } = await one.list();
    expect(records.map(({ tenant }) => tenant).toSorted()).toEqual(['a', 'b', 'c']);
    expect(cursor).toBeNull();
    for (const { key } of made) expect(JSON.stringify(records)).not.toContain(key.slice(3, 27));
    await one.revoke(made[0]?.record.id ?? '');
    const revoked = (await one.list()).records.filter(({ revokedAt }) => revokedAt !== null);
    expect(revoked.map(({ id }) => id)).toEqual([made[0]?.record.id]);
  });

  it('goes on where a page of a hundred ended', async () => {
    const one = store();
    for (let batch = 0; batch < 5; batch++)
      await Promise.all(Array.from({ length: 21 }, () => one.create({ ...FIELDS })));
    const first = await one.list();
    const second = await one.list(first.cursor ?? '');
    expect([first.records.length, second.records.length, second.cursor]).toEqual([100, 5, null]);
    expect(new Set([...first.records, ...second.records].map(({ id }) => id)).size).toBe(105);
  });

  it('finds the records of some ids, with one look at the list for those that nothing else tells', async () => {
    const one = store();
    const ids: string[] = [];
    for (let batch = 0; batch < 5; batch++) {
      const made = await Promise.all(Array.from({ length: 21 }, () => one.create({ ...FIELDS })));
      ids.push(...made.map(({ record }) => record.id));
    }
    const wanted = ids.slice(0, 101);
    asked = [];
    const found = await one.records([...wanted, 'f'.repeat(20), 'sk-nobody']);
    expect(found.map(({ id }) => id).toSorted()).toEqual(wanted.toSorted());
    expect(asked).toEqual(['get', 'get', 'list', 'get', 'get']);
    asked = [];
    expect(await one.records([ids[0] ?? ''])).toMatchObject([{ id: ids[0], tenant: 'acme' }]);
    expect(asked).toEqual(['get', 'get']);
    asked = [];
    expect(await one.records(['sk-nobody', '', 'key:v1:'])).toEqual([]);
    expect(asked).toEqual([]);
  });

  it('revokes a key that the list does not show yet, and one of an earlier build that only the list shows', async () => {
    const fresh = await store().create({ ...FIELDS });
    asked = [];
    expect(await store().revoke(fresh.record.id)).toMatchObject({
      before: { id: fresh.record.id, revokedAt: null },
      after: { id: fresh.record.id, revokedAt: now },
    });
    expect(asked).not.toContain('list');
    const old = await store().create({ ...FIELDS });
    await env.STATE.delete(`key-id:v1:${old.record.id}`);
    expect(await store().revoke(old.record.id)).toMatchObject({
      before: { id: old.record.id, revokedAt: null },
      after: { id: old.record.id, revokedAt: now },
    });
  });

  it('lets a revoked key and what finds it by its id go at the same time', async () => {
    const inAYear = now + 365 * 86_400_000;
    for (const expiresAt of [null, inAYear]) {
      const { record } = await store().create({ ...FIELDS, expiresAt });
      await store().revoke(record.id);
    }
    const days = (await env.STATE.list()).keys.map(({ expiration = 0 }) =>
      Math.round((expiration - now / 1_000) / 86_400),
    );
    expect(days).toEqual([90, 90, 90, 90]);
  });

  it('reads a record of an earlier build as one without a name and without an end', async () => {
    const { key, record } = await store().create({ ...FIELDS });
    const [name = ''] = (await env.STATE.list({ prefix: 'key:v1:' })).keys.map(({ name }) => name);
    const { name: _, expiresAt: __, ...before } = record;
    await env.STATE.put(name, JSON.stringify(before));
    expect(await store().find(key)).toMatchObject({ expiresAt: null });
    expect((await store().list()).records).toEqual([record]);
  });

  it.each(['', 'nobody', '%', 'abc', `${'0'.repeat(20)}`, '../../board:v1', 'A'.repeat(20)])(
    'knows no key %j',
    async (id) => {
      await store().create({ ...FIELDS });
      expect(await store().revoke(id)).toBeUndefined();
    },
  );

  it('revoked twice was revoked the first time', async () => {
    const one = store();
    const { record } = await one.create({ ...FIELDS });
    const first = await one.revoke(record.id);
    now += 5_000;
    expect(await one.revoke(record.id)).toEqual({ before: first?.after, after: first?.after });
  });

  it('touches nothing of the routing board', async () => {
    await env.STATE.put('board:v1', '{"schema":1,"cooldowns":{}}');
    expect((await store().list()).records).toEqual([]);
  });
});

describe('the local key', () => {
  it('exists only locally, and never asks KV', async () => {
    expect(store(SECRET, true).find(LOCAL_CLIENT_KEY)).toBe(LOCAL_IDENTITY);
    expect(await store(SECRET, false).find(LOCAL_CLIENT_KEY)).toBeUndefined();
    expect(asked).toEqual([]);
  });
});

describe('comparing', () => {
  it.each([
    ['same', 'same', true],
    ['same', 'sama', false],
    ['short', 'longer', false],
    ['', '', true],
    ['é', 'e', false],
  ])('%j and %j: %s', async (one, other, equal) => {
    expect(constantTimeEqual(one, other)).toBe(equal);
    expect(await sameSecret(one, other)).toBe(equal);
  });
});
