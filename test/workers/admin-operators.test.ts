import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createApp } from '../../worker/app.ts';
import type { OperatorsCalls } from '../../worker/core/operators/operators.ts';
import { type Composition, compose } from '../../worker/deps.ts';
import { newKey } from '../../worker/stores/signed-key.ts';
import { callAdmin, refused } from './call-admin.ts';

const as = (key: unknown) => ({ authorization: `Bearer ${key}` });
const makeKey = async (fields: object) => (await callAdmin('POST', 'admin-keys', { scope: 'read', ...fields })).body;

describe('/admin/admin-keys', () => {
  it('makes a key that is shown once, lists it, and refuses it from the moment it is revoked', async () => {
    const made = await callAdmin('POST', 'admin-keys', { name: 'ana', scope: 'operate' });
    const { id, key } = made.body;
    expect(made).toMatchObject({ status: 201, body: { id, key, name: 'ana', scope: 'operate' } });
    expect(Object.keys(made.body).sort()).toEqual(['id', 'key', 'name', 'scope']);
    expect(key).toMatch(/^ak-[\w-]{40}$/);

    const listed = (await callAdmin('GET', 'admin-keys', undefined, as(key))).body.keys as { id: string }[];
    const record = { id, name: 'ana', scope: 'operate', createdAt: expect.any(Number), revokedAt: null };
    expect(listed.find((one) => one.id === id)).toEqual(record);

    const revoked = await callAdmin('DELETE', `admin-keys/${id}`);
    expect(revoked).toMatchObject({ status: 200, body: { ...record, revokedAt: expect.any(Number) } });
    expect(await refused(callAdmin('GET', 'keys', undefined, as(key)))).toContain('401 invalid_admin_key');
    // Again: the same reply, and nothing new.
    expect((await callAdmin('DELETE', `admin-keys/${id}`)).body).toEqual(revoked.body);
  });

  it.each(['root', 'policy:fast-burn', 'Policy:on call'])('refuses a name under which others act: %s', async (name) => {
    expect(await refused(callAdmin('POST', 'admin-keys', { name, scope: 'operate' }))).toContain('write another name');
  });

  it('knows no other ids, and repeats none', async () => {
    for (const id of ['f'.repeat(20), 'x', 'ak-secret']) {
      const told = await refused(callAdmin('DELETE', `admin-keys/${id}`));
      expect(told).toContain('404 not_found There is no admin key with this id');
      expect(told).not.toContain(id);
    }
  });

  it.each([
    [{}, 'name'],
    [{ name: '' }, 'name'],
    [{ name: '  ' }, 'name'],
    [{ name: 'a\nb' }, 'name'],
    [{ name: 'a'.repeat(101) }, 'name'],
    [{ name: 'root' }, 'name'],
    [{ name: ' Root' }, 'name'],
    [{ name: 7 }, 'name'],
    [{ name: 'ana', scope: 'root' }, 'scope'],
    [{ name: 'ana', scope: 'write' }, 'scope'],
    [{ name: 'ana', scope: null }, 'scope'],
    [{ name: 'ana', tenant: 'acme' }, 'tenant'],
  ])('%j is refused by name', async (fields, param) => {
    const told = await callAdmin('POST', 'admin-keys', { scope: 'read', ...fields });
    expect(told).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param } } });
  });

  it('is taken in either header, and as no client’s key', async () => {
    const { key } = await makeKey({ name: 'ben' });
    expect((await callAdmin('GET', 'keys', undefined, { authorization: '', 'x-api-key': String(key) })).status).toBe(
      200,
    );
    const chat = new Request('http://localhost/v1/models', { headers: as(key) });
    const response = await createApp(compose)(chat as never, env, createExecutionContext());
    expect(response.status).toBe(401);
  });
});

describe('the history of a ledger', () => {
  it('names the admin key, whatever name its holder adds; root is taken at its word', async () => {
    const { key } = await makeKey({ name: 'ana', scope: 'operate' });
    const limits = (rps: number, more: object, by?: unknown) =>
      callAdmin('PUT', 'tenants/noted/limits', { scope: 'tenant', rps, ...more }, by === undefined ? {} : as(by));
    await limits(1, {}, key);
    await limits(2, { who: 'ben' }, key);
    await limits(3, { who: 'ben' });
    await limits(4, {});
    await callAdmin('POST', 'ledger/noted/adjustments', { scope: 'tenant', deltaUsd: 1, who: 'root' }, as(key));
    await callAdmin('POST', 'ledger/noted/revocations', { scope: 'user:eve', revoked: true }, as(key));
    const { body } = await callAdmin('GET', 'ledger/noted/history');
    const names = (body.changes as { who: string }[]).map(({ who }) => who);
    expect(names.filter((name, index) => names[index - 1] !== name)).toEqual([
      ...['ana', 'ana (root)', 'admin', 'ben', 'ana (ben)', 'ana'],
    ]);
  });
});

/** The admin API on another composition, in this isolate. */
async function askWith(change: Partial<Composition>, key: string, path = 'keys') {
  const app = createApp((unchecked) => ({ ...compose(unchecked), ...change }));
  const request = new Request(`http://localhost/admin/${path}`, { headers: as(key) });
  const response = await app(request as never, env, createExecutionContext());
  const { error } = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: error?.code, headers: response.headers };
}

const operatorsThat = (adminKey: OperatorsCalls['adminKey']) => ({
  operators: () => ({ ...({} as OperatorsCalls), adminKey }),
});

describe('the object that knows admin keys', () => {
  it('is asked for each call of a genuine key, and never for junk, a client’s key, or root', async () => {
    const { key } = await makeKey({ name: 'ana' });
    let asked = 0;
    const watched = operatorsThat((hash) => {
      asked++;
      return env.OPERATORS.get(env.OPERATORS.idFromName('operators')).adminKey(hash);
    });
    expect((await askWith(watched, String(key))).status).toBe(200);
    expect((await askWith(watched, String(key))).status).toBe(200);
    expect(asked).toBe(2);
    const { keySecret } = compose(env).env;
    const neverMade = await newKey('ak', 'another secret than that');
    const aClients = await newKey('sk', keySecret);
    const junk = ['', 'ak-', `ak-${'A'.repeat(40)}`, neverMade, aClients, `ak-${aClients.slice(3)}`, `${key}A`];
    for (const wrong of junk) expect((await askWith(watched, wrong)).code).toBe('invalid_admin_key');
    expect((await askWith(watched, 'sk-local-admin-key')).status).toBe(200);
    expect(asked).toBe(2);
    // Genuine, and on no list.
    expect((await askWith(watched, await newKey('ak', keySecret))).code).toBe('invalid_admin_key');
    expect(asked).toBe(3);
  });

  it('is asked for keys of the secret before, as long as that is still set', async () => {
    const { key } = await makeKey({ name: 'ana' });
    const { env: now } = compose(env);
    const changed = { ...now, keySecret: 'a new secret', keySecretOld: now.keySecret };
    expect((await askWith({ env: changed }, String(key))).status).toBe(200);
    expect((await askWith({ env: { ...changed, keySecretOld: undefined } }, String(key))).status).toBe(401);
    expect((await askWith({ env: { ...changed, keySecret: '', keySecretOld: undefined } }, String(key))).status).toBe(
      401,
    );
  });

  it('is not waited for without an end, and root does not need it', async () => {
    const { key } = await makeKey({ name: 'ana' });
    const { deps } = compose(env);
    const impatient = {
      deps: { ...deps, clock: { ...deps.clock, after: (_: number, run: () => void) => deps.clock.after(0, run) } },
    };
    const never = operatorsThat(() => new Promise(() => {}));
    const broken = operatorsThat(async () => {
      throw new Error('storage');
    });
    for (const silent of [{ ...impatient, ...never }, broken]) {
      const told = await askWith(silent, String(key));
      expect([told.status, told.code]).toEqual([503, 'key_store_unavailable']);
      expect([told.headers.get('retry-after'), told.headers.get('retry-after-ms')]).toEqual(['1', '1000']);
      expect((await askWith(silent, 'sk-local-admin-key')).status).toBe(200);
    }
  });
});

describe('the rate of an admin key', () => {
  it('counts what is refused too, for each key by itself, and says when to come again', async () => {
    const made = [await makeKey({ name: 'fast' }), await makeKey({ name: 'calm' })];
    const [fast, calm] = made.map(({ key }) => String(key));
    const composition = compose(env);
    const now = composition.deps.clock.now();
    const at = (ms: number) => ({
      adminRate: composition.adminRate,
      deps: { ...composition.deps, clock: { ...composition.deps.clock, now: () => now + ms } },
    });
    for (let call = 0; call < 60; call++) {
      // Not found, not allowed, or answered: the same in each case.
      const path = ['nothing', 'keys'][call % 2];
      expect((await askWith(at(0), fast ?? '', path)).status).toBe(path === 'keys' ? 200 : 404);
    }
    const told = await askWith(at(0), fast ?? '');
    expect([told.status, told.code]).toEqual([429, 'rate_limit_exceeded']);
    expect([told.headers.get('retry-after'), told.headers.get('retry-after-ms')]).toEqual(['1', '100']);
    expect((await askWith(at(99), fast ?? '')).status).toBe(429);
    expect((await askWith(at(100), fast ?? '')).status).toBe(200);
    expect((await askWith(at(100), fast ?? '')).status).toBe(429);
    expect((await askWith(at(0), calm ?? '')).status).toBe(200);
    expect((await askWith(at(0), 'sk-local-admin-key')).status).toBe(200);
  });
});
