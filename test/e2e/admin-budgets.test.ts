/** A limit that an operator sets over config's, or takes away, holds for the very next request, in every isolate. */
import { afterAll, expect, test } from 'vitest';
import { admin, answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { until } from '../support/until.ts';

const bench = await startBench({ config: 'budgets', isolates: ['one', 'other'] });
afterAll(() => bench.stop());

interface Row {
  scope: string;
  period: string;
  capMicroUsd: number | null;
  spentMicroUsd: number;
  reservedMicroUsd: number;
}

async function call<Reply>(path: string, method = 'GET', body?: object): Promise<Reply> {
  const response = await admin(bench.url, path, { method, ...(body && { body }) });
  expect(response.status).toBeLessThan(300);
  return (await response.json()) as Reply;
}

const createKey = (fields: object) => call<{ id: string; key: string }>('keys', 'POST', { tenant: 'acme', ...fields });
const limit = (body: object) => call<{ limits: Record<string, number | null> }>('tenants/acme/limits', 'PUT', body);
const chat = (key: string, user?: string, url = bench.url) =>
  answered(url, { headers: { authorization: `Bearer ${key}` }, ...(user !== undefined && { user }) });
const rows = async (query = '') => (await call<{ scopes: Row[] }>(`ledger/acme${query}`)).scopes;

test('config’s limits show, with the tier of a key; what is set lies over them field by field', async () => {
  const { id } = await createKey({ tier: 'paid' });
  await limit({ scope: `key:${id}`, dailyUsd: 1 });
  await limit({ scope: 'user:ana', monthlyUsd: 4 });
  const caps = Object.fromEntries(
    (await rows()).map(({ scope, period, capMicroUsd }) => [`${scope} ${period.length}`, capMicroUsd]),
  );
  expect(caps).toEqual({
    'tenant 7': 200_000_000,
    'tenant 10': 20_000_000,
    'anonymous 7': null,
    'anonymous 10': 2_000_000,
    'feature:support 7': 50_000_000,
    'feature:support 10': null,
    'user:ana 7': 4_000_000,
    'user:ana 10': 500_000,
    [`key:${id} 7`]: 3_000_000,
    [`key:${id} 10`]: 1_000_000,
  });
  const none = { monthlyMicroUsd: null, dailyMicroUsd: null, rps: null, burst: null, tpm: null, parallel: null };
  const tenant = { ...none, monthlyMicroUsd: 200_000_000, dailyMicroUsd: 20_000_000, rps: 1, burst: 1_000 };
  expect((await limit({ scope: 'tenant', tpm: 9_000 })).limits).toEqual({ ...tenant, tpm: 9_000 });
  expect((await limit({ scope: 'tenant', rps: 50, tpm: null })).limits).toEqual({ ...tenant, rps: 50 });
  expect((await limit({ scope: `key:${id}`, parallel: 2 })).limits).toEqual({
    ...{ ...none, monthlyMicroUsd: 3_000_000 },
    ...{ dailyMicroUsd: 1_000_000, parallel: 2 },
  });
});

test('what a request cost is booked, and a correction makes room at once', async () => {
  const { key } = await createKey({});
  const first = await chat(key, 'bob');
  const costMicroUsd = Math.round(Number(first.header('x-carryon-cost-usd')) * 1e6);
  expect([first.status, costMicroUsd > 0]).toEqual([200, true]);
  const booked = async () => (await rows('?scope=user:bob')).map(({ spentMicroUsd }) => spentMicroUsd);
  await until('its hold is gone', async () =>
    (await rows('?scope=user:bob')).every(({ reservedMicroUsd }) => reservedMicroUsd === 0),
  );
  expect(await booked()).toEqual([costMicroUsd, costMicroUsd]);

  await limit({ scope: 'user:bob', dailyUsd: costMicroUsd / 1e6 });
  expect((await chat(key, 'bob')).error?.code).toBe('budget_exceeded');
  await limit({ scope: 'user:bob', dailyUsd: null });
  expect((await chat(key, 'bob')).status).toBe(200);
  await call('ledger/acme/adjustments', 'POST', { scope: 'user:bob', deltaUsd: 0.5 });
  expect((await chat(key, 'bob')).error?.code).toBe('budget_exceeded');
  await call('ledger/acme/adjustments', 'POST', { scope: 'user:bob', reset: true });
  expect((await chat(key, 'bob')).status).toBe(200);
});

test('a revoked user is refused until restored, and nobody else is', async () => {
  const { key } = await createKey({});
  await call('ledger/acme/revocations', 'POST', { scope: 'user:eve', revoked: true });
  expect(await chat(key, 'eve')).toMatchObject({ status: 403, error: { code: 'access_revoked' } });
  expect((await chat(key, 'ida')).status).toBe(200);
  await call('ledger/acme/revocations', 'POST', { scope: 'user:eve', revoked: false });
  expect((await chat(key, 'eve')).status).toBe(200);
});

test('a revoked key is dead at once in an isolate that still remembers it', async () => {
  const { id, key } = await createKey({});
  const other = bench.urls.other as string;
  expect((await chat(key, 'ida', other)).status).toBe(200);
  await call(`keys/${id}?who=ana`, 'DELETE');
  expect(await chat(key, 'ida', other)).toMatchObject({ status: 403, error: { code: 'access_revoked' } });
  expect(await chat(key, 'ida')).toMatchObject({ status: 401, error: { code: 'invalid_key' } });
  const { changes } = await call<{ changes: object[] }>('ledger/acme/history?most=1');
  expect(changes).toMatchObject([{ who: 'ana', scope: `key:${id}`, field: 'revoked', from: false, to: true }]);
});
