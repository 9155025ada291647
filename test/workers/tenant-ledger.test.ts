import { abortAllDurableObjects, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TenantLedger } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';
import { ask, done, idAt, isGranted, MINUTE, NOON } from '../unit/core/ledger/support/messages.ts';

let tenants = 0;
let name: string;

/** A stub breaks when its object restarts, so each call makes its own, as the Worker does. */
const ledger = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(name));
const evict = () => evictDurableObject(ledger());

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  name = `tenant ${tenants++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

const newId = () => idAt(Date.now());
const capped = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });

async function tenantRow() {
  const { scopes } = await ledger().view();
  const { spentMicroUsd, reservedMicroUsd, unsettledMicroUsd } = scopes[0] ?? {};
  return [spentMicroUsd, reservedMicroUsd, unsettledMicroUsd];
}

const refuseWritesTo = (table: string, sql: SqlStorage) =>
  sql.exec(`CREATE TRIGGER refused BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);

describe('TenantLedger', () => {
  it('forgets nothing when it is evicted between any two calls', async () => {
    const [paid, open, refusedId] = [newId(), newId(), newId()];
    const limits = { tenant: { monthlyMicroUsd: 9, rps: 0.001, burst: 2 }, 'user:ana': { parallel: 1 } };
    const granted = await ledger().grant(ask(paid, 4, { limits }));
    expect(granted).toMatchObject({ granted: { microUsd: 4 }, mode: 'normal', admitForMs: 5_000 });
    await evict();
    expect(await ledger().grant(ask(paid, 4, { limits }))).toEqual(granted);
    await evict();
    expect(await ledger().grant(ask(open, 4, { limits }))).toMatchObject({
      refused: { limit: 'parallel', scope: 'user:ana' },
    });
    await evict();
    expect(await ledger().report([done(paid, 3)])).toEqual(['applied']);
    await evict();
    expect(await ledger().grant(ask(open, 4, { limits }))).toMatchObject({ granted: { microUsd: 4 } });
    await evict();
    expect(await ledger().grant(ask(refusedId, 1, { limits }))).toMatchObject({ refused: { limit: 'rps' } });
    await evict();
    expect(await tenantRow()).toEqual([3, 4, 0]);
    await evict();
    expect(await ledger().grant(ask(paid, 4, { limits }))).toEqual({ refused: 'lease_settled' });
  });

  it('grants 200 at once no more than the cap, in whatever order they come', async () => {
    const replies = await Promise.all(Array.from({ length: 200 }, () => ledger().grant(ask(newId(), 3, capped(100)))));
    expect(replies.filter(isGranted)).toHaveLength(33);
    expect(await tenantRow()).toEqual([0, 99, 0]);
    await evict();
    expect(await tenantRow()).toEqual([0, 99, 0]);
  });

  it('200 copies of one ask are one lease', async () => {
    const id = newId();
    const replies = await Promise.all(Array.from({ length: 200 }, () => ledger().grant(ask(id, 3, capped(100)))));
    expect(new Set(replies.map((reply) => JSON.stringify(reply))).size).toBe(1);
    expect(await tenantRow()).toEqual([0, 3, 0]);
  });

  it('takes what gathered in one call: reports first, each ask by itself, and forgets none of it', async () => {
    const first = newId();
    await ledger().grant(ask(first, 6, capped(10)));
    const ids = [newId(), newId(), newId()];
    const asks = ids.map((id) => ask(id, 4, capped(10)));
    const { reports, grants } = await ledger().exchange([done(first, 1), done('not an id', 1)], asks);
    expect(reports).toEqual(['applied', 'invalid']);
    expect(grants.map(isGranted)).toEqual([true, true, false]);
    await evict();
    expect(await tenantRow()).toEqual([1, 8, 0]);
    expect((await ledger().exchange([], asks)).grants.map(isGranted)).toEqual([true, true, false]);
    expect(await tenantRow()).toEqual([1, 8, 0]);
  });

  it('aborted in the middle of many calls, what it said holds and nothing is counted twice', async () => {
    const ids = Array.from({ length: 60 }, newId);
    const calls = ids.map(async (id) => ((await ledger().grant(ask(id, 2, capped(80)))) && id) as string);
    const aborted = abortAllDurableObjects();
    const settled = await Promise.allSettled(calls);
    await aborted;
    const heard = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const [, held = 0] = await tenantRow();
    expect(held).toBeLessThanOrEqual(80);
    expect(held).toBeGreaterThanOrEqual(Math.min(40, heard.length) * 2);
    // A holder that got no reply asks again, and closes what it does not use.
    for (const id of ids) await ledger().grant(ask(id, 2, capped(80)));
    await ledger().report(ids.map((id) => done(id, 0)));
    expect(await tenantRow()).toEqual([0, 0, 0]);
  });

  it('a write that fails leaves neither a row nor a memory of it', async () => {
    await ledger().grant(ask(newId(), 2, capped(5)));
    await runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => {
      const lost = [newId(), newId()];
      refuseWritesTo('lease', storage.sql);
      expect(() => instance.grant(ask(lost[0] as string, 3, capped(5)))).toThrow('disk full');
      expect(() => instance.report(lost.map((id) => done(id, 0)))).toThrow('disk full');
      storage.sql.exec('DROP TRIGGER refused');
      expect(instance.grant(ask(lost[0] as string, 3, capped(5)))).toMatchObject({ granted: { microUsd: 3 } });
    });
    await evict();
    expect(await tenantRow()).toEqual([0, 5, 0]);
  });

  it('of several pages of one call all are written or none', async () => {
    await runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => {
      const ids = Array.from({ length: 300 }, newId);
      for (const id of ids) instance.grant(ask(id, 2));
      const rows = () => JSON.stringify(storage.sql.exec('SELECT * FROM lease').toArray());
      const before = rows();
      storage.sql.exec(
        "CREATE TRIGGER refused BEFORE INSERT ON lease WHEN NEW.page = 3 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
      );
      const both = [done(ids[0] as string, 1), done(ids[299] as string, 1)];
      expect(() => instance.report(both)).toThrow('disk full');
      expect(rows()).toBe(before);
      storage.sql.exec('DROP TRIGGER refused');
      expect(instance.report(both)).toEqual(['applied', 'applied']);
    });
    await evict();
    expect(await tenantRow()).toEqual([2, 298 * 2, 0]);
  });

  it('a fold of which one row cannot be written has not happened at all', async () => {
    await runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => {
      const ids = Array.from({ length: 300 }, newId);
      for (const id of ids) instance.grant(ask(id, 2));
      for (const id of ids) instance.report([done(id, 1)]);
      vi.setSystemTime(NOON + 2 * MINUTE);
      const rows = () =>
        JSON.stringify(['lease', 'sums', 'mark'].map((table) => storage.sql.exec(`SELECT * FROM ${table}`).toArray()));
      const before = rows();
      refuseWritesTo('mark', storage.sql);
      expect(() => instance.grant(ask(newId(), 2))).toThrow('disk full');
      expect(rows()).toBe(before);
      storage.sql.exec('DROP TRIGGER refused');
      instance.grant(ask(newId(), 2));
      expect(storage.sql.exec('SELECT foldedThrough FROM mark').one()).toEqual({ foldedThrough: 300 });
    });
    await evict();
    expect(await tenantRow()).toEqual([300, 2, 0]);
  });

  it('settles a quiet tenant’s long streams exactly, asleep in between', async () => {
    for (let stream = 0; stream < 4; stream++) {
      const id = newId();
      await ledger().grant(ask(id, 100, capped(1_000)));
      await evict();
      vi.setSystemTime(Date.now() + 40_000);
      expect(await ledger().report([done(id, 7 + stream)])).toEqual(['applied']);
      await evict();
    }
    expect(await tenantRow()).toEqual([7 + 8 + 9 + 10, 0, 0]);
  });

  it('books in full what nobody settles, and lowers it for a late report; it needs no alarm', async () => {
    const id = newId();
    await ledger().grant(ask(id, 10, capped(100)));
    vi.setSystemTime(NOON + 95_000);
    expect(await tenantRow()).toEqual([10, 0, 10]);
    await evict();
    vi.setSystemTime(NOON + 30 * MINUTE);
    await ledger().report([done(id, 4)]);
    expect(await tenantRow()).toEqual([4, 0, 0]);
    expect(await runInDurableObject(ledger(), (_, { storage }) => storage.getAlarm())).toBeNull();
  });

  it('applies reports before the grant of the same call', async () => {
    const [first, second] = [newId(), newId()];
    await ledger().grant(ask(first, 9, capped(10)));
    const { reports, grant } = await ledger().reportAndGrant(
      [done(first, 2), done(newId(), 0)],
      ask(second, 8, capped(10)),
    );
    expect(reports).toEqual(['applied', 'applied']);
    expect(grant).toMatchObject({ granted: { microUsd: 8 } });
  });

  it('keeps limits, revocations and corrections, with who made them', async () => {
    expect(await ledger().setLimits('user:ana', { dailyMicroUsd: 5, rps: 2 }, 'admin key')).toMatchObject({ ok: true });
    expect(await ledger().setLimits('user:ana', { rps: 0 }, 'admin key')).toMatchObject({ ok: false });
    await ledger().revoke('key:k1', 'admin key');
    await evict();
    const limits = { tenant: {}, 'user:ana': { dailyMicroUsd: 100 } };
    expect(await ledger().grant(ask(newId(), 6, { limits }))).toMatchObject({ refused: { capMicroUsd: 5 } });
    expect(await ledger().grant(ask(newId(), 1, { limits: { 'key:k1': {} } }))).toEqual({
      refused: 'revoked',
      scope: 'key:k1',
    });
    vi.setSystemTime(NOON + 1);
    await ledger().adjust({ scope: 'user:ana', deltaMicroUsd: 3, who: 'ops' });
    await evict();
    const { scopes, overrides, next } = await ledger().view({
      configured: { byKind: { user: { monthlyMicroUsd: 70 } } },
    });
    expect(scopes.filter(({ scope }) => scope === 'user:ana')).toEqual([
      { ...{ scope: 'user:ana', period: '2026-11', capMicroUsd: 70 }, ...spentAlone(3) },
      { ...{ scope: 'user:ana', period: '2026-11-21', capMicroUsd: 5 }, ...spentAlone(3) },
    ]);
    expect(overrides).toEqual([
      { scope: 'key:k1', limits: {}, revoked: true },
      { scope: 'user:ana', limits: { dailyMicroUsd: 5, rps: 2 }, revoked: false },
    ]);
    expect(next).toBeNull();
    const history = await ledger().history();
    expect(history.map(({ who, scope, field, from, to }) => [who, scope, field, from, to])).toEqual([
      ['ops', 'user:ana', 'spent 2026-11', 0, 3],
      ['ops', 'user:ana', 'spent 2026-11-21', 0, 3],
      ['admin key', 'key:k1', 'revoked', false, true],
      ['admin key', 'user:ana', 'rps', null, 2],
      ['admin key', 'user:ana', 'dailyMicroUsd', null, 5],
    ]);
    expect(history.map(({ at }) => at - NOON)).toEqual([1, 1, 0, 0, 0]);
    expect((await ledger().history(history[2]?.number, 1)).map(({ field }) => field)).toEqual(['rps']);
  });

  it('shows its scopes page by page, and the last settlements', async () => {
    const ids = ['c', 'a', 'b'].map((user) => [newId(), `user:${user}` as const] as const);
    for (const [id, user] of ids) await ledger().grant(ask(id, 5, { limits: { tenant: {}, [user]: {} } }));
    await ledger().report(ids.map(([id], index) => done(id, 2, { estimated: index === 0 })));
    await evict();
    const first = await ledger().view({ most: 2 });
    expect([first.scopes.map(({ scope }) => scope), first.next]).toEqual([
      ['tenant', 'tenant', 'user:a', 'user:a'],
      'user:a',
    ]);
    const rest = await ledger().view({ most: 2, after: 'user:a' });
    expect([rest.scopes.map(({ scope }) => scope), rest.next]).toEqual([
      ['user:b', 'user:b', 'user:c', 'user:c'],
      null,
    ]);
    const [c, a, b] = ids.map(([leaseId, user]) => ({
      ...{ leaseId, scopes: ['tenant', user], mode: 'normal', origin: 'asked', grantedAt: NOON, standing: 'done' },
      ...{ grantedMicroUsd: 5, spentMicroUsd: 2, estimated: user === 'user:c', overGranted: false },
    }));
    expect(rest.settlements).toEqual([b, a, c]);
    expect((await ledger().view({ scope: 'user:zoe' })).scopes.map(({ spentMicroUsd }) => spentMicroUsd)).toEqual([
      0, 0,
    ]);
  });
});

describe('whatever throws in the middle of a call', () => {
  it('leaves neither a row nor a memory of it, and the next call answers', async () => {
    const [paid, lost, next] = [newId(), newId(), newId()];
    const limits = { tenant: { monthlyMicroUsd: 9 }, 'user:ana': {} };
    await ledger().grant(ask(paid, 4, { limits }));
    await evict();
    await runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => {
      storage.sql.exec('ALTER TABLE limits RENAME TO away');
      // The report is applied in memory before the scopes of the ask are read, which fails.
      expect(() => instance.reportAndGrant([done(paid, 1)], ask(lost, 5, { limits }))).toThrow('no such table');
      expect(() => instance.setLimits('user:ana', { parallel: 0 }, 'ops')).toThrow('no such table');
      storage.sql.exec('ALTER TABLE away RENAME TO limits');
      expect(instance.view().scopes[0]).toMatchObject({ spentMicroUsd: 0, reservedMicroUsd: 4 });
      expect(instance.grant(ask(next, 6, { limits }))).toMatchObject({
        refused: { limit: 'monthly', heldMicroUsd: 4 },
      });
      expect(instance.grant(ask(next, 5, { limits }))).toMatchObject({ granted: { microUsd: 5 } });
    });
    await evict();
    expect(await tenantRow()).toEqual([0, 9, 0]);
    expect(await ledger().report([done(paid, 1), done(lost, 0)])).toEqual(['applied', 'applied']);
    expect(await tenantRow()).toEqual([1, 5, 0]);
  });
});

describe('settlements', () => {
  it('are found behind whatever is open', async () => {
    const [paid, early, lost] = [newId(), newId(), newId()];
    await ledger().grant(ask(lost, 5, { runForMs: 0 }));
    await ledger().grant(ask(paid, 5));
    await ledger().report([done(paid, 2)]);
    await runInDurableObject(ledger(), (instance: TenantLedger) => {
      instance.report(Array.from({ length: 60 }, () => done(newId(), 0)));
      vi.setSystemTime(NOON + MINUTE);
      for (let open = 0; open < 60; open++) instance.grant(ask(newId(), 5));
      instance.report([done(early, 1)]);
    });
    const { settlements } = await ledger().view();
    expect(settlements.map(({ leaseId, standing }) => [leaseId, standing])).toEqual([
      [early, 'done'],
      [paid, 'done'],
      [lost, 'unsettled'],
    ]);
  });
});

const spentAlone = (spentMicroUsd: number) => ({ spentMicroUsd, reservedMicroUsd: 0, unsettledMicroUsd: 0 });

describe('what can be called', () => {
  it('is this and nothing else', () => {
    const names = Object.getOwnPropertyNames(TenantLedger.prototype).filter((name) => name !== 'constructor');
    expect(names.toSorted()).toEqual([
      'adjust',
      'alarm',
      'exchange',
      'grant',
      'history',
      'report',
      'reportAndGrant',
      'revoke',
      'setLimits',
      'usage',
      'view',
    ]);
  });
});
