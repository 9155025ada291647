import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ask, done, idAt, NOON } from '../unit/core/ledger/support/messages.ts';
import { callAdmin, refused } from './call-admin.ts';

let tenants = 0;
let tenant: string;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  tenant = `booked-${tenants++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

const ledger = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(tenant));
const get = (path = '') => callAdmin('GET', `ledger/${tenant}${path}`);
const post = (path: string, body: unknown) => callAdmin('POST', `ledger/${tenant}/${path}`, body);
const limit = (body: object) => callAdmin('PUT', `tenants/${tenant}/limits`, body);

/** One lease of ana's is settled, another is open. */
async function spend(spentMicroUsd: number, heldMicroUsd: number): Promise<void> {
  const limits = { tenant: {}, 'user:ana': {} };
  const [settled, open] = [idAt(NOON), idAt(NOON)];
  await ledger().grant(ask(settled, spentMicroUsd, { limits }));
  await ledger().report([done(settled, spentMicroUsd)]);
  await ledger().grant(ask(open, heldMicroUsd, { limits }));
}

const MONTH = { period: '2026-11' };
const DAY = { period: '2026-11-21' };
const figures = (spentMicroUsd: number, reservedMicroUsd = 0, unsettledMicroUsd = 0) => ({
  spentMicroUsd,
  reservedMicroUsd,
  unsettledMicroUsd,
});

describe('GET /admin/ledger/:tenant', () => {
  it('of a tenant that nobody has heard of: nothing spent, no limits, no settlements', async () => {
    const rows = [MONTH, DAY].map((period) => ({ scope: 'tenant', ...period, capMicroUsd: null, ...figures(0) }));
    expect(await get()).toMatchObject({ status: 200 });
    expect((await get()).body).toEqual({ tenant, scopes: rows, limits: [], settlements: [], next: null });
  });

  it('shows what is spent and held, caps, what was set by hand, and the last settlements', async () => {
    await spend(300, 200);
    await limit({ scope: 'user:ana', monthlyUsd: 2, rps: 3 });
    const { body } = await get();
    expect(body.scopes).toEqual([
      { scope: 'tenant', ...MONTH, capMicroUsd: null, ...figures(300, 200) },
      { scope: 'tenant', ...DAY, capMicroUsd: null, ...figures(300, 200) },
      { scope: 'user:ana', ...MONTH, capMicroUsd: 2_000_000, ...figures(300, 200) },
      { scope: 'user:ana', ...DAY, capMicroUsd: null, ...figures(300, 200) },
    ]);
    expect(body.limits).toEqual([{ scope: 'user:ana', set: { monthlyMicroUsd: 2_000_000, rps: 3 }, revoked: false }]);
    expect(body.settlements).toEqual([
      expect.objectContaining({
        scopes: ['tenant', 'user:ana'],
        grantedAt: NOON,
        spentMicroUsd: 300,
        standing: 'done',
      }),
    ]);
    vi.setSystemTime(NOON + 1_000_000);
    expect((await get('?scope=user:ana')).body.scopes).toEqual([
      { scope: 'user:ana', ...MONTH, capMicroUsd: 2_000_000, ...figures(500, 0, 200) },
      { scope: 'user:ana', ...DAY, capMicroUsd: null, ...figures(500, 0, 200) },
    ]);
  });

  it('of one scope shows its settlements alone, however many others came after', async () => {
    const settle = async (user: string) => {
      const id = idAt(NOON);
      await ledger().grant(ask(id, 5, { limits: { tenant: {}, [`user:${user}`]: {} } }));
      await ledger().report([done(id, 5)]);
    };
    await settle('ana');
    // Part of a name is not the name, and a name is not a pattern.
    for (const user of ['ana2', 'xana', 'a%a', 'an_']) await settle(user);
    const settled = async (query: string) =>
      ((await get(query)).body.settlements as { scopes: string[] }[]).map(({ scopes: [, user] }) => user);
    expect(await settled('?scope=user:ana')).toEqual(['user:ana']);
    expect(await settled('?scope=user:a%25a')).toEqual(['user:a%a']);
    expect(await settled('?scope=user:nobody')).toEqual([]);
    expect(await settled('?scope=tenant')).toHaveLength(5);
    for (let more = 0; more < 50; more++) await settle('bob');
    expect(await settled('')).toEqual(Array(50).fill('user:bob'));
    expect(await settled('?scope=user:ana')).toEqual(['user:ana']);
  });

  it('page by page', async () => {
    for (const user of ['a', 'b', 'c']) await limit({ scope: `user:${user}`, rps: 1 });
    const scopesOf = (body: Record<string, unknown>) => [
      ...new Set((body.scopes as { scope: string }[]).map(({ scope }) => scope)),
    ];
    const first = (await get('?most=2')).body;
    expect([scopesOf(first), first.next]).toEqual([['tenant', 'user:a'], 'user:a']);
    const rest = (await get(`?most=2&after=${encodeURIComponent(String(first.next))}`)).body;
    expect([scopesOf(rest), rest.next]).toEqual([['user:b', 'user:c'], null]);
    expect(scopesOf((await get('?after=feature:gone')).body)).toEqual(['tenant', 'user:a', 'user:b', 'user:c']);
  });

  it.each([
    ['?scope=ana', 'scope: write tenant, anonymous, user:ID'],
    ['?scope=key:sk-x', 'scope: name the key by its id'],
    ['?after=ana', 'after: write tenant'],
    ['?most=0', 'most: write a whole number from 1 to 500'],
    ['?most=1e2', 'most: write a whole number from 1 to 500'],
    ['?most=501', 'most: write a whole number from 1 to 500'],
    ['?user=ana', 'user: is not a setting; write one of scope, after, most'],
    ['/history?before=x', 'before: write a whole number from 1 to'],
    ['/history?most=1001', 'most: write a whole number from 1 to 1000'],
  ])('%s is refused by name', async (query, says) => {
    expect(await refused(get(query))).toContain(`400 invalid_body ${says}`);
  });
});

describe('POST /admin/ledger/:tenant/adjustments', () => {
  it('adds to what is spent today and this month, down to zero', async () => {
    await spend(300_000, 200);
    const less = await post('adjustments', { scope: 'user:ana', deltaUsd: -0.25 });
    const change = { before: figures(300_000, 200), after: figures(50_000, 200) };
    expect(less).toMatchObject({ status: 200 });
    expect(less.body).toEqual({
      ...{ tenant, scope: 'user:ana' },
      periods: [
        { ...DAY, ...change },
        { ...MONTH, ...change },
      ],
    });
    const { body } = await post('adjustments', { scope: 'user:ana', deltaUsd: -1, period: '2026-11' });
    expect(body.periods).toEqual([{ ...MONTH, before: figures(50_000, 200), after: figures(0, 200) }]);
    const more = await post('adjustments', { scope: 'tenant', deltaUsd: 0.0000011, period: '2026-10-31' });
    expect(more.body.periods).toEqual([{ period: '2026-10-31', before: figures(0), after: figures(1) }]);
  });

  it('resets what is spent, not what is held', async () => {
    await spend(300, 200);
    const { body } = await post('adjustments', { scope: 'tenant', reset: true });
    expect(body.periods).toMatchObject([
      { ...DAY, after: figures(0, 200) },
      { ...MONTH, after: figures(0, 200) },
    ]);
    expect((await get('?scope=user:ana')).body.scopes).toMatchObject([figures(300, 200), figures(300, 200)]);
  });

  it.each<[unknown, string]>([
    [{ scope: 'tenant' }, 'body: write either deltaUsd, or "reset": true'],
    [{ scope: 'tenant', deltaUsd: 1, reset: true }, 'body: write either'],
    [{ scope: 'tenant', reset: false }, 'reset: write true, or leave it out'],
    [{ scope: 'tenant', deltaUsd: 0 }, 'deltaUsd: write at least a millionth of a USD'],
    [{ scope: 'tenant', deltaUsd: 4e-7 }, 'deltaUsd: write at least a millionth of a USD'],
    [{ scope: 'tenant', deltaUsd: '1' }, 'deltaUsd: write a number'],
    [{ scope: 'tenant', deltaUsd: -2e9 }, 'deltaUsd: write USD down to minus a billion'],
    [{ scope: 'tenant', reset: true, period: '2026-13' }, 'period: write a month such as 2026-11 or a day'],
    [{ scope: 'tenant', reset: true, period: '2027-01' }, 'period: 2027-01 is not kept'],
    [{ scope: 'feature:chess', reset: true }, 'scope: there is no such feature'],
    [{ scope: 'user:ana', deltaMicroUsd: 7 }, 'deltaMicroUsd: is not a setting'],
  ])('refuses %j', async (body, says) => {
    expect(await refused(post('adjustments', body))).toContain(`400 invalid_body ${says}`);
    expect((await get('/history')).body.changes).toEqual([]);
  });
});

describe('POST /admin/ledger/:tenant/revocations', () => {
  it('a revoked user is granted nothing, a restored one again', async () => {
    const grant = () => ledger().grant(ask(idAt(NOON), 1, { limits: { tenant: {}, 'user:ana': {} } }));
    const said = await post('revocations', { scope: 'user:ana', revoked: true });
    expect(said.body).toEqual({ tenant, scope: 'user:ana', revoked: true });
    expect((await get()).body.limits).toEqual([{ scope: 'user:ana', set: {}, revoked: true }]);
    expect(await grant()).toEqual({ refused: 'revoked', scope: 'user:ana' });
    await post('revocations', { scope: 'user:ana', revoked: false });
    expect(await grant()).toMatchObject({ granted: { microUsd: 1 } });
  });

  it.each<[unknown, string]>([
    [{ scope: 'user:ana' }, 'revoked: is missing; write true or false'],
    [{ scope: 'user:ana', revoked: 'yes' }, 'revoked: write true or false'],
    [{ revoked: true }, 'scope: is missing'],
  ])('refuses %j', async (body, says) => {
    expect(await refused(post('revocations', body))).toContain(`400 invalid_body ${says}`);
  });
});

describe('GET /admin/ledger/:tenant/history', () => {
  it('lists who changed what, newest first and page by page', async () => {
    await limit({ scope: 'user:ana', monthlyUsd: 1, who: 'ana' });
    vi.setSystemTime(NOON + 5);
    await limit({ scope: 'user:ana', monthlyUsd: null });
    await post('adjustments', { scope: 'tenant', deltaUsd: 1, period: '2026-11', who: 'bob' });
    await post('revocations', { scope: 'anonymous', revoked: true, who: 'eve' });
    const { body } = await get('/history');
    const set = { scope: 'user:ana', field: 'monthlyMicroUsd' };
    expect(body).toEqual({
      tenant,
      changes: [
        { number: 4, at: NOON + 5, who: 'eve', scope: 'anonymous', field: 'revoked', from: false, to: true },
        { number: 3, at: NOON + 5, who: 'bob', scope: 'tenant', field: 'spent 2026-11', from: 0, to: 1_000_000 },
        { number: 2, at: NOON + 5, who: 'admin', ...set, from: 1_000_000, to: null },
        { number: 1, at: NOON, who: 'ana', ...set, from: null, to: 1_000_000 },
      ],
      next: null,
    });
    const numbers = async (query: string) => {
      const { changes, next } = (await get(`/history${query}`)).body as {
        changes: { number: number }[];
        next: unknown;
      };
      return [changes.map(({ number }) => number), next];
    };
    expect(await numbers('?most=2')).toEqual([[4, 3], 3]);
    expect(await numbers('?most=2&before=3')).toEqual([[2, 1], null]);
  });
});

describe('a revoked key', () => {
  const revoke = async () => {
    const { body } = await callAdmin('POST', 'keys', { tenant });
    return { id: String(body.id), reply: await callAdmin('DELETE', `keys/${body.id}?who=ana`) };
  };

  it('is granted nothing more by its tenant’s ledger, and who did it is kept', async () => {
    const { id, reply } = await revoke();
    expect(reply).toMatchObject({ status: 200, body: { id, revokedAt: expect.any(Number), ledgerTold: true } });
    expect(await ledger().grant(ask(idAt(NOON), 1, { limits: { tenant: {}, [`key:${id}`]: {} } }))).toEqual({
      refused: 'revoked',
      scope: `key:${id}`,
    });
    expect((await get('/history')).body.changes).toMatchObject([{ who: 'ana', scope: `key:${id}`, to: true }]);
    expect(await refused(callAdmin('DELETE', `keys/${id}?name=ana`))).toContain('name: is not a setting; write who');
  });

  it('is revoked where its ledger fails too, which is said; asked again, the ledger hears of it', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await failWrites(true);
    const { id, reply } = await revoke();
    expect(reply).toMatchObject({ status: 200, body: { revokedAt: expect.any(Number), ledgerTold: false } });
    expect(log.mock.calls.flat().join()).toContain(`"event":"ledger_unreachable","tenant":"${tenant}"`);
    log.mockRestore();
    await failWrites(false);
    expect((await callAdmin('DELETE', `keys/${id}`)).body).toMatchObject({ id, ledgerTold: true });
  });
});

const failWrites = (fail: boolean) =>
  runInDurableObject(ledger(), (_, { storage }) =>
    storage.sql.exec(
      fail
        ? "CREATE TRIGGER refused BEFORE INSERT ON limits BEGIN SELECT RAISE(ABORT, 'disk full'); END"
        : 'DROP TRIGGER refused',
    ),
  );

describe('a ledger that fails', () => {
  it('is a 503 by name, for every change', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
    await failWrites(true);
    expect(await refused(limit({ scope: 'tenant', rps: 1 }))).toContain('503 ledger_unavailable');
    expect(await refused(post('revocations', { scope: 'tenant', revoked: true }))).toContain('503 ledger_unavailable');
    log.mockRestore();
  });
});

describe('no other methods, no other bodies, no pages', () => {
  it.each([
    ['ledger/acme', 'GET', ['PUT', 'POST', 'DELETE']],
    ['ledger/acme/history', 'GET', ['PUT', 'POST', 'DELETE']],
    ['ledger/acme/adjustments', 'POST', ['GET', 'PUT', 'DELETE']],
    ['ledger/acme/revocations', 'POST', ['GET', 'PUT', 'DELETE']],
  ])('%s takes %s alone', async (path, allowed, wrong) => {
    for (const method of wrong) {
      const { status, headers, body } = await callAdmin(method, path);
      expect([status, body.error?.code, headers.get('allow')]).toEqual([405, 'method_not_allowed', allowed]);
    }
    const origin = { origin: 'https://app.example', 'access-control-request-method': allowed };
    for (const method of ['OPTIONS', allowed]) {
      const { headers } = await callAdmin(method, path, method === 'POST' ? {} : undefined, origin);
      expect([...headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });

  it.each(['adjustments', 'revocations'])('%s of junk', async (path) => {
    expect(await refused(post(path, 'no'))).toContain(
      '400 invalid_json The body is not JSON: send {"scope": "user:ana", ',
    );
    expect(await refused(post(path, `"${'a'.repeat(70_000)}"`))).toContain('413 payload_too_large');
    expect(await refused(callAdmin('POST', `ledger/a%2Fb/${path}`, {}))).toContain(
      '400 invalid_body tenant: use letters',
    );
  });
});
