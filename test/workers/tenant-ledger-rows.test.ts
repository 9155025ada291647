/** Rows as SQLite counts them; and what they hold is all that a ledger needs. */
import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DEFAULT_LADDER } from '../../worker/core/config/resolve-alerts.ts';
import { lastSettlements } from '../../worker/core/ledger/book/settlements.ts';
import type { Scope } from '../../worker/core/ledger/types.ts';
import type { TenantLedger } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';
import { BEGINNINGS, CONFIGURED, type Command, command, SCOPES } from '../unit/core/ledger/support/commands.ts';
import { LedgerInMemory } from '../unit/core/ledger/support/ledger-in-memory.ts';
import { type AskParts, ask, done, idAt, isGranted, MINUTE, NOON } from '../unit/core/ledger/support/messages.ts';
import { countRows } from './count-rows.ts';

let tenants = 0;
let name: string;

const ledger = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(name));
const inside = <R>(run: (instance: TenantLedger, sql: SqlStorage) => R): Promise<R> =>
  runInDurableObject(ledger(), (instance: TenantLedger, { storage }) => run(instance, storage.sql));

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  name = `rows ${tenants++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

const newId = () => idAt(Date.now());
const capped = (monthlyMicroUsd: number) => ({ limits: { tenant: { monthlyMicroUsd } } });
const ROOMY = { monthlyMicroUsd: 1e9, rps: 1e4, burst: 1e4 };
const inFour = (user: string) => ({ limits: { tenant: ROOMY, [`user:${user}`]: {}, 'feature:chat': {}, 'key:k': {} } });

/** Rows that SQLite itself reports as written while `work` ran. */
const rowsWrittenBy = (work: (instance: TenantLedger) => void): Promise<number> =>
  inside((instance, sql) => {
    let rows = 0;
    const stop = countRows(sql);
    try {
      work(instance);
    } finally {
      rows = stop();
    }
    return rows;
  });

/** This many requests, one a second, each settled at once. */
function serve(instance: TenantLedger, requests: number, userOf: (request: number) => string): void {
  for (let request = 0; request < requests; request++) {
    vi.setSystemTime(Date.now() + 1_000);
    const id = newId();
    instance.grant(ask(id, 5, inFour(userOf(request))));
    instance.report([done(id, 3)]);
  }
}

describe('rows written', () => {
  it('one for 32 asks that came in one call, and one for their closes', async () => {
    const ids = Array.from({ length: 32 }, newId);
    const asks = ids.map((id, user) => ask(id, 5, inFour(`u${user}`)));
    const rows = await rowsWrittenBy((instance) => {
      expect(instance.exchange([], asks).grants.every(isGranted)).toBe(true);
      instance.exchange(
        ids.map((id) => done(id, 3)),
        [],
      );
    });
    expect(rows).toBe(2);
  });

  it('at most 2.02 a request for one user', async () => {
    const requests = 2_000;
    const rows = await rowsWrittenBy((instance) => serve(instance, requests, () => 'ana'));
    expect(rows / requests).toBeGreaterThan(2.01);
    expect(rows / requests).toBeLessThanOrEqual(2.02);
    await evictDurableObject(ledger());
    const { scopes } = await ledger().view({ scope: 'user:ana' });
    expect(scopes[0]).toMatchObject({ spentMicroUsd: 3 * requests, reservedMicroUsd: 0 });
  });

  it('about 3 where every request is another user’s', async () => {
    const requests = 2_000;
    const rows = await rowsWrittenBy((instance) => serve(instance, requests, (request) => `u${request}`));
    expect(rows / requests).toBeGreaterThan(2.9);
    expect(rows / requests).toBeLessThanOrEqual(3.02);
    await evictDurableObject(ledger());
    expect((await ledger().view({ scope: 'tenant' })).scopes[0]).toMatchObject({ spentMicroUsd: 3 * requests });
  });

  it('none for a refusal, a repeated ask or report, or one that changes nothing; one for a close before its ask', async () => {
    const [open, early] = [newId(), newId()];
    const rows = (work: (instance: TenantLedger) => unknown) => rowsWrittenBy((instance) => void work(instance));
    expect(await rows((instance) => instance.grant(ask(open, 5, capped(5))))).toBe(1);
    const nothing = await rows((instance) => {
      for (let times = 0; times < 20; times++) instance.grant(ask(newId(), 1, capped(5)));
      instance.grant(ask(open, 5, capped(5)));
      instance.report([{ ...done(open, 0), done: false }]);
      instance.view();
      instance.history();
      vi.setSystemTime(NOON + 40_000);
      instance.view();
    });
    expect(nothing).toBe(0);
    expect(await rows((instance) => instance.report([done(early, 0)]))).toBe(1);
    expect(await rows((instance) => instance.grant(ask(early, 1)))).toBe(0);
    expect(await rows((instance) => instance.report([done(open, 1), done(open, 1)]))).toBe(1);
    expect(await rows((instance) => instance.report([done(open, 1)]))).toBe(0);
  });

  it('of leases are no larger than is affordable, wherever names are long', async () => {
    const limits = {
      ...{ tenant: ROOMY, 'feature:support-chat': ROOMY },
      ...{ [`user:${'u'.repeat(36)}`]: ROOMY, [`key:${'k'.repeat(26)}`]: ROOMY },
    };
    await inside((instance) => {
      for (let lease = 0; lease < 500; lease++) instance.grant(ask(newId(), 123_456, { limits }));
    });
    const bytes = await inside((_, sql) =>
      sql.exec<{ bytes: number }>('SELECT length(leases) AS bytes FROM lease ORDER BY page').toArray(),
    );
    // A quiet tenant's first pages hold 128 leases, the others 32.
    expect(bytes).toHaveLength(3 + 4);
    for (const { bytes: large } of bytes.slice(0, 3)) expect(large).toBeLessThan(48_000);
    for (const { bytes: small } of bytes.slice(3)) expect(small).toBeLessThan(12_000);
  });
});

describe('rows read', () => {
  /** For one request whose ledger is asleep: its ask and its close, including the object's own start. */
  async function readByOneRequest(limits: AskParts['limits'] = inFour('ana').limits): Promise<number> {
    const stop = await inside((_, sql) => countRows(sql, 'rowsRead'));
    await evictDurableObject(ledger());
    const id = newId();
    expect(isGranted(await ledger().grant(ask(id, 5, { limits })))).toBe(true);
    await ledger().report([done(id, 3)]);
    return stop();
  }

  it('fewer than 20 for a request of a quiet tenant, just before its leases are folded and just after', async () => {
    for (const requests of [3, 250, 5, 250]) {
      await inside((instance) => serve(instance, requests, () => 'ana'));
      vi.setSystemTime(Date.now() + 5 * MINUTE);
      // Up to three pages, the mark, the version, and a row for each of four scopes; a fold looks for old months as well.
      expect(await readByOneRequest()).toBeLessThanOrEqual(9 + 4);
    }
  });

  it('nor after years, with limits of its own in every scope, of leases that nobody settled', async () => {
    const scopes = [...Object.keys(inFour('ana').limits), 'user:bob', 'feature:mail'] as Scope[];
    await inside((instance, sql) => {
      for (const scope of scopes) {
        instance.setLimits(scope, { monthlyMicroUsd: 1e12 }, 'ops');
        for (let month = 1; month <= 11; month++) {
          const name = `2026-${String(month).padStart(2, '0')}`;
          sql.exec('INSERT INTO sums VALUES (?, ?, 1, 0, ?, 0, NULL, 0)', scope, name, '{}');
        }
      }
      for (let lease = 0; lease < 200; lease++) instance.grant(ask(newId(), 5, inFour('ana')));
    });
    vi.setSystemTime(Date.now() + 20 * MINUTE);
    const limits = Object.fromEntries(scopes.map((scope) => [scope, {}]));
    expect(await readByOneRequest(limits)).toBeLessThan(20);
  });

  it('nor once it is quiet again after a rush', async () => {
    await inside((instance) => {
      const ids = Array.from({ length: 2_000 }, newId);
      for (const id of ids) instance.grant(ask(id, 5, inFour('ana')));
      for (const id of ids) instance.report([done(id, 3)]);
      vi.setSystemTime(Date.now() + 5 * MINUTE);
      serve(instance, 1_500, () => 'ana');
    });
    vi.setSystemTime(Date.now() + 5 * MINUTE);
    expect(await readByOneRequest()).toBeLessThanOrEqual(9 + 4);
    expect((await ledger().view({ scope: 'tenant' })).scopes[0]).toMatchObject({ spentMicroUsd: 3 * 3_501 });
  });
});

describe('sums', () => {
  it('older than thirteen months go, some at each fold', async () => {
    const months = ['2025-09', '2025-10'];
    await inside((_, sql) => {
      for (const [user, month] of Array.from({ length: 400 }, (_, user) => user).flatMap((user) =>
        months.map((month) => [user, month]),
      )) {
        sql.exec(`INSERT INTO sums VALUES ('user:${user}', '${month}', 1, 0, '{}', 0, NULL, 0)`);
      }
    });
    const left = (month: string) =>
      inside((_, sql) => Number(sql.exec('SELECT count(*) AS rows FROM sums WHERE month = ?', month).one().rows));
    await inside((instance) => serve(instance, 400, () => 'ana'));
    expect(await left('2025-09')).toBeGreaterThan(0);
    await inside((instance) => serve(instance, 600, () => 'ana'));
    expect([await left('2025-09'), await left('2025-10')]).toEqual([0, 400]);
  });
});

describe('what stands in the rows is all that a ledger needs', () => {
  it('an object that loses its memory after every call answers as one that never does', async () => {
    const property = fc.asyncProperty(
      fc.constantFrom(...BEGINNINGS),
      fc.array(command, { minLength: 5, maxLength: 40, size: 'max' }),
      async (startsAt, commands) => {
        name = `rows ${tenants++}`;
        const inMemory = new LedgerInMemory(startsAt, DEFAULT_LADDER);
        const ids: string[] = [];
        for (const one of commands) {
          if (one.do === 'pass') inMemory.clockMs += one.ms;
          vi.setSystemTime(inMemory.clockMs);
          const call = callOf(one, ids, inMemory.clockMs);
          if (call === undefined) continue;
          expect(await inside((instance) => call(instance))).toEqual(call(asObject(inMemory)));
          await evictDurableObject(ledger());
        }
        const figures = await inside((instance) => SCOPES.flatMap((scope) => instance.view({ scope }).scopes));
        expect(figures).toEqual(inMemory.view(SCOPES));
        const now = inMemory.turn((_, now) => now);
        const settlements = await inside((instance) => instance.view().settlements);
        expect(settlements).toEqual(lastSettlements(inMemory.tables.load().leases, now, 50));
      },
    );
    await fc.assert(property, { numRuns: 25 });
  });
});

type Callable = Pick<TenantLedger, 'grant' | 'report' | 'setLimits' | 'revoke' | 'adjust'>;

const asObject = (ledger: LedgerInMemory): Callable => ({
  grant: (ask) => ledger.grant(ask),
  report: (reports) => ledger.report(...reports),
  setLimits: (scope, limits, who) => ledger.setLimits(scope, limits, who),
  revoke: (scope, who, revoked) => ledger.revoke(scope, revoked, who),
  adjust: ({ who: _, ...adjustment }) => ledger.adjust(adjustment),
});

function callOf(one: Command, ids: string[], now: number): ((ledger: Callable) => unknown) | undefined {
  if (one.do === 'ask') {
    const { scopes, wants, idAgeMs, admitForMs, runForMs } = one;
    ids.unshift(idAt(Math.max(0, now - idAgeMs)));
    const asked = scopes.map((scope) => ({ scope, limits: CONFIGURED[scope] ?? {} }));
    const ask = { leaseId: ids[0] as string, scopes: asked, wants, admitForMs, runForMs };
    return (ledger) => ledger.grant(ask);
  }
  if (one.do === 'report') {
    const leaseId = ids[one.of];
    const { spent, tokens, freed, parallel, done, estimated } = one;
    const figures = { spent: { microUsd: spent, tokens }, freed: { microUsd: freed, tokens: freed, parallel } };
    return leaseId === undefined ? undefined : (ledger) => ledger.report([{ leaseId, ...figures, done, estimated }]);
  }
  if (one.do === 'setLimits') return (ledger) => ledger.setLimits(one.scope, one.limits, 'ops');
  if (one.do === 'revoke') return (ledger) => ledger.revoke(one.scope, 'ops', one.revoked);
  if (one.do === 'adjust') {
    return (ledger) => ledger.adjust({ scope: one.scope, deltaMicroUsd: one.deltaMicroUsd, who: 'ops' });
  }
  return undefined;
}
