/** A ledger whose tables an earlier build wrote, with a row per lease, continues as if nothing had happened. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_LADDER } from '../../worker/core/config/resolve-alerts.ts';
import { lastSettlements } from '../../worker/core/ledger/book/settlements.ts';
import type { Scope } from '../../worker/core/ledger/types.ts';
import { prepareTables } from '../../worker/objects/tenant-ledger/schema.ts';
import type { TenantLedger } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';
import { asRowPerLease, type OldRows } from '../support/row-per-lease.ts';
import { Both } from '../unit/core/ledger/support/both.ts';
import { BEGINNINGS, type Command, command, SCOPES } from '../unit/core/ledger/support/commands.ts';
import { LedgerInMemory } from '../unit/core/ledger/support/ledger-in-memory.ts';
import { ask, DAY, done, HOUR, idAt, MINUTE, NOON } from '../unit/core/ledger/support/messages.ts';

let tenants = 0;
let name: string;

const ledger = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(name));
const evict = () => evictDurableObject(ledger());
const inside = <R>(run: (instance: TenantLedger, storage: DurableObjectStorage) => R): Promise<R> =>
  runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => run(instance, storage));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  name = `migrated ${tenants++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

const put = (sql: SqlStorage, rows: OldRows) => {
  for (const [statement, ...values] of asRowPerLease(rows)) sql.exec(statement, ...values);
};

/** The tables of a ledger in memory. */
function rowsOf({ tables }: LedgerInMemory): OldRows {
  const { leases, mark } = tables.load();
  return {
    ...{ leases, mark, history: tables.history, crossings: tables.crossings },
    sums: [...tables.sums.values()].flatMap((months) => [...months.values()]).map((row) => JSON.parse(row)),
    overrides: [...tables.overrides].map(([scope, row]) => [scope, JSON.parse(row)] as const),
  };
}

/** The object as an earlier build left it; its next call finds it so. */
async function asBefore(rows: OldRows): Promise<void> {
  await inside((_, { sql }) => put(sql, rows));
  await evict();
}

const tablesOf = (sql: SqlStorage): string =>
  JSON.stringify(
    ['lease', 'sums', 'limits', 'history', 'mark', 'outbox'].map((table) =>
      sql.exec(`SELECT * FROM ${table}`).toArray(),
    ),
  );

/** Open, done, unsettled, overtaken and folded leases, two months of sums, limits, corrections and alerts. */
function lively() {
  const before = new LedgerInMemory(NOON - 30 * DAY, DEFAULT_LADDER);
  const limits = { tenant: { monthlyMicroUsd: 3_000, rps: 1, burst: 400 }, 'user:ana': { dailyMicroUsd: 900 } };
  const grant = (microUsd: number, runForMs = MINUTE) => {
    const id = idAt(before.clockMs);
    expect(before.grant(ask(id, microUsd, { limits, runForMs }))).toHaveProperty('granted');
    return id;
  };
  const serve = (requests: number) => {
    for (const id of Array.from({ length: requests }, () => grant(2))) before.report(done(id, 2));
    before.clockMs += 2 * MINUTE;
    before.fold();
  };
  serve(300);
  before.clockMs = NOON - HOUR;
  serve(330);
  const lost = grant(7, 0);
  before.clockMs = NOON;
  before.setLimits('user:ana', { parallel: 9 });
  before.revoke('key:old');
  before.adjust({ scope: 'user:ana', deltaMicroUsd: 5 });
  const [open, paid, overtaken] = [grant(4), grant(6), idAt(NOON)];
  before.report(done(paid, 5), done(overtaken, 0));
  return { before, limits, open, paid, lost, overtaken };
}

/** Earlier builds counted a slice's rate in `tatUs` alone, so today's ledger cannot write their rows for slices. */
const withoutSlices = (one: Command): Command =>
  one.do === 'ask'
    ? { ...one, wants: one.wants.map((want) => ({ ...want, requests: Math.min(want.requests, 1) })) }
    : one;

describe('an object of the build before', () => {
  it('has its open leases, closes, sums, limits, history, alerts and mark', async () => {
    const { before, limits, open, paid, overtaken } = lively();
    await asBefore(rowsOf(before));
    const figures = async () => (await ledger().view({ scope: 'tenant' })).scopes[0];
    const month = before.figures('tenant', '2026-11');
    expect(month).toMatchObject({ heldMicroUsd: 4, spentMicroUsd: 660 + 7 + 5 });
    expect(await figures()).toMatchObject({ spentMicroUsd: 672, reservedMicroUsd: 4, unsettledMicroUsd: 0 });
    expect((await ledger().view({ scope: 'user:ana' })).overrides).toMatchObject([{ limits: { parallel: 9 } }]);
    expect(await ledger().history()).toHaveLength(before.tables.history.length);
    expect(await ledger().grant(ask(idAt(NOON), 1, { limits: { 'key:old': {} } }))).toMatchObject({
      refused: 'revoked',
    });
    expect(await ledger().grant(ask(open, 4, { limits }))).toMatchObject({ granted: { microUsd: 4 } });
    for (const id of [paid, overtaken])
      expect(await ledger().grant(ask(id, 4, { limits }))).toEqual({ refused: 'lease_settled' });
    expect(await ledger().report([done(open, 1)])).toEqual(['applied']);
    await evict();
    expect(await figures()).toMatchObject({ spentMicroUsd: 673, reservedMicroUsd: 0 });
    const rows = await inside((_, { sql }) => [tablesOf(sql), sql.exec('SELECT version FROM schema').one().version]);
    expect(rows[1]).toBe(2);
    const mark = await inside((_, { sql }) => sql.exec('SELECT foldedThrough, foldedAt FROM mark').one());
    expect(mark).toEqual(before.tables.load().mark);
    // Once is enough.
    await evict();
    expect(await inside((_, { sql }) => tablesOf(sql))).toBe(rows[0]);
  });

  it('refuses for a rate that leases of an earlier month have used up, whichever month’s row told of it', async () => {
    const sums = (month: string, tatUs: number) => ({
      ...{ scope: 'tenant' as const, month, spentMicroUsd: 1, unsettledMicroUsd: 0, days: {}, tatUs, tatAt: 0 },
    });
    // Three requests in a burst, and one more after every twelve days.
    const limits = { tenant: { rps: 1e-6, burst: 3 } };
    const full = (NOON + 34 * DAY) * 1_000;
    await asBefore({ sums: [sums('2026-09', full), sums('2026-10', full - 1), sums('2026-11', 5)] });
    expect(await ledger().grant(ask(idAt(NOON), 1, { limits }))).toMatchObject({ refused: { limit: 'rps' } });
    await asBefore({ sums: [sums('2026-09', 5), sums('2026-11', 6)] });
    expect(await ledger().grant(ask(idAt(NOON), 1, { limits }))).toHaveProperty('granted');
  });

  it('whose tables cannot be brought up to date keeps them as they are, and all of them', async () => {
    const { before } = lively();
    await inside((_, storage) => {
      const { sql } = storage;
      put(sql, rowsOf(before));
      const [last] = sql.exec("SELECT slot, scopes FROM lease WHERE origin = 'asked' ORDER BY number DESC").toArray();
      sql.exec("UPDATE lease SET scopes = '[broken' WHERE slot = ?", last?.slot ?? 0);
      const whole = tablesOf(sql);
      expect(() => prepareTables(storage)).toThrow('JSON');
      expect(tablesOf(sql)).toBe(whole);
      sql.exec('UPDATE lease SET scopes = ? WHERE slot = ?', last?.scopes ?? '', last?.slot ?? 0);
      sql.exec("CREATE TRIGGER refused BEFORE UPDATE ON sums BEGIN SELECT RAISE(ABORT, 'disk full'); END");
      const again = tablesOf(sql);
      expect(() => prepareTables(storage)).toThrow('disk full');
      expect(tablesOf(sql)).toBe(again);
      sql.exec('DROP TRIGGER refused');
      prepareTables(storage);
      prepareTables(storage);
    });
    await evict();
    expect((await ledger().view({ scope: 'tenant' })).scopes[0]).toMatchObject({ spentMicroUsd: 672 });
  });

  it('cannot be used by that build again, which would find no leases and grant twice', async () => {
    await ledger().grant(ask(idAt(NOON), 1));
    const read = (statement: string) => inside((_, { sql }) => sql.exec(statement).toArray());
    await expect(read('SELECT slot FROM lease')).rejects.toThrow('no such column');
    await inside((_, { sql }) => sql.exec('UPDATE schema SET version = 3'));
    await inside((_, storage) => expect(() => prepareTables(storage)).toThrow('version 3'));
    await inside((_, { sql }) => sql.exec('UPDATE schema SET version = 2'));
  });

  it('answers from then on as one that never changed, whatever came before and comes after', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...BEGINNINGS),
      fc.array(command, { minLength: 20, maxLength: 60, size: 'max' }),
      fc.array(fc.tuple(fc.constantFrom<Scope>(...SCOPES), fc.nat({ max: 9 }), fc.boolean()), { maxLength: 8 }),
      async (startsAt, commands, after) => {
        name = `migrated ${tenants++}`;
        const both = new Both(startsAt);
        for (const one of commands) both.run(withoutSlices(one));
        const inMemory = both.ledger;
        inMemory.ladder = DEFAULT_LADDER;
        inMemory.kill();
        const now = inMemory.turn((_, now) => now);
        vi.setSystemTime(now);
        await asBefore(rowsOf(inMemory));
        const settlements = await inside((instance) => instance.view().settlements);
        expect(settlements).toEqual(lastSettlements(inMemory.tables.load().leases, now, 50));
        for (const [scope, microUsd, closes] of after) {
          const one = ask(idAt(now), microUsd, { limits: { [scope]: { monthlyMicroUsd: 30, rps: 1, burst: 4 } } });
          expect(await ledger().grant(one)).toEqual(inMemory.grant(one));
          if (!closes) continue;
          expect(await ledger().report([done(one.leaseId, 1)])).toEqual(inMemory.report(done(one.leaseId, 1)));
        }
        const figures = await inside((instance) => SCOPES.flatMap((scope) => instance.view({ scope }).scopes));
        expect(figures).toEqual(inMemory.view(SCOPES));
      },
    );
    await fc.assert(property, { numRuns: 20 });
  });
});
