/** Admin keys over two isolates and a power cut: a change made through one isolate holds in the other with its next call. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import { type Bench, startBench } from '../support/bench.ts';
import { said, send } from '../support/send.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await startBench({ isolates: ['one', 'two'] });
});
afterAll(() => bench.stop());

async function call(isolate: 'one' | 'two', method: string, path: string, key = LOCAL_ADMIN_KEY, body?: object) {
  const got = await send(bench.urls[isolate] ?? '', `/admin/${path}`, { method, key, ...(body && { body }) });
  return { ...got, code: `${got.status} ${got.json.error?.code ?? 'done'}` };
}

async function makeKey(name: string, scope: string): Promise<{ id: string; key: string }> {
  const { status, json } = await call('one', 'POST', 'admin-keys', LOCAL_ADMIN_KEY, { name, scope });
  expect(status).toBe(201);
  return { id: String(json.id), key: String(json.key) };
}

test('a key does what its scope allows, in each isolate, until it is revoked in one of them', async () => {
  const [read, operate] = [await makeKey('ana', 'read'), await makeKey('ben', 'operate')];
  const limits = { scope: 'tenant', rps: 100 };
  const mayDo = async ({ key }: { key: string }) => [
    (await call('two', 'GET', 'ledger/acme', key)).code,
    (await call('two', 'PUT', 'tenants/acme/limits', key, limits)).code,
    (await call('two', 'POST', 'admin-keys', key, { name: 'eve', scope: 'operate' })).code,
    (await call('two', 'DELETE', `admin-keys/${read.id}`, key)).code,
  ];
  expect(await mayDo(read)).toEqual(['200 done', ...Array(3).fill('403 scope_not_allowed')]);
  expect(await mayDo(operate)).toEqual(['200 done', '200 done', ...Array(2).fill('403 scope_not_allowed')]);

  expect((await call('one', 'DELETE', `admin-keys/${operate.id}`)).code).toBe('200 done');
  expect(await mayDo(operate)).toEqual(Array(4).fill('401 invalid_admin_key'));

  await bench.killAndRestart();
  expect(await mayDo(operate)).toEqual(Array(4).fill('401 invalid_admin_key'));
  expect(await mayDo(read)).toEqual(['200 done', ...Array(3).fill('403 scope_not_allowed')]);
  const listed = (await call('two', 'GET', 'admin-keys', read.key)).json.keys as { name: string; revokedAt: unknown }[];
  expect(listed.map(({ name, revokedAt }) => [name, revokedAt !== null])).toEqual([
    ['ana', false],
    ['ben', true],
  ]);
  const audit = (await call('two', 'GET', 'audit', read.key)).json.entries as { who: string; call: string }[];
  expect(audit.map(({ who, call }) => `${who}: ${call}`)).toEqual([
    `root: DELETE /admin/admin-keys/${operate.id}`,
    'ben: PUT /admin/tenants/acme/limits',
    'root: POST /admin/admin-keys',
    'root: POST /admin/admin-keys',
  ]);
  const everything = [...said.filter((text) => !text.startsWith('201 ')), ...bench.log].join('\n');
  for (const { key } of [read, operate]) expect(everything).not.toContain(key.slice(3, 27));
});

test('a key that calls too often is told when to come again, and nobody else is', async () => {
  const [busy, calm] = [await makeKey('loop', 'read'), await makeKey('hand', 'read')];
  const ask = (key: string, path = 'cooldowns') =>
    fetch(`${bench.urls.one}/admin/${path}`, { headers: { authorization: `Bearer ${key}` } });
  const startedAt = Date.now();
  const replies = await Promise.all(
    Array.from({ length: 400 }, (_, index) => ask(busy.key, index % 2 ? 'no' : 'keys')),
  );
  const seconds = (Date.now() - startedAt) / 1_000;
  const statuses = replies.map(({ status }) => status);
  const refused = replies.filter(({ status }) => status === 429);
  const passed = statuses.length - refused.length;
  expect(passed).toBeGreaterThanOrEqual(60);
  expect(passed).toBeLessThanOrEqual(61 + 10 * seconds);
  for (const { headers } of refused) {
    expect(Number(headers.get('retry-after-ms'))).toBeGreaterThan(0);
    expect(Number(headers.get('retry-after-ms'))).toBeLessThanOrEqual(100);
    expect(headers.get('retry-after')).toBe('1');
  }
  const told = (await refused[0]?.json()) as { error: object } | undefined;
  expect(told?.error).toMatchObject({
    code: 'rate_limit_exceeded',
    limit: { owner: 'carryon', scope: 'admin-key', cap: 60 },
  });
  expect((await ask(calm.key)).status).toBe(200);
  expect((await ask(LOCAL_ADMIN_KEY)).status).toBe(200);
  // After the wait that the refusal named, the key is accepted again.
  expect((await call('one', 'GET', 'cooldowns', busy.key)).status).toBe(200);
});
