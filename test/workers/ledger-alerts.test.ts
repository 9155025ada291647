/** From a ledger's settlement to `Alerts`: once each, in order, whatever crashes; and no reply waits for it. */
import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Crossing } from '../../worker/core/ledger/book/rows.ts';
import type { Scope } from '../../worker/core/ledger/types.ts';
import { TenantLedger, type TenantLedgerDeps } from '../../worker/objects/tenant-ledger/tenant-ledger.ts';
import { ask, done, idAt, NOON } from '../unit/core/ledger/support/messages.ts';
import { callAdmin } from './call-admin.ts';
import { countRows } from './count-rows.ts';

let tenants = 0;
let name: string;

const ledger = () => env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName(name));
const newId = () => idAt(Date.now());
const LIMITS: Partial<Record<Scope, { monthlyMicroUsd?: number; dailyMicroUsd?: number }>> = {
  tenant: { monthlyMicroUsd: 2_000, dailyMicroUsd: 1_500 },
  'key:k': { dailyMicroUsd: 1_100 },
  // Users' scopes cause no alerts unless config says so.
  'user:ana': { dailyMicroUsd: 1_100 },
  'feature:chat': { monthlyMicroUsd: 1_000 },
};

/** The alerts of this tenant at `Alerts`, in order of arrival. */
async function taken(): Promise<string[]> {
  const { alerts } = await env.ALERTS.get(env.ALERTS.idFromName('alerts')).list(Number.MAX_SAFE_INTEGER, 1_000);
  return alerts
    .filter(({ tenant }) => tenant === name)
    .reverse()
    .map(({ data }) => `${data.scope} ${data.period} ${data.thresholdPercent}`);
}

/** Runs behind the replies, so a little later; the test's own time limit covers "never". */
async function untilTaken(alerts: number): Promise<void> {
  while ((await taken()).length < alerts);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'], now: NOON });
  name = `told-${tenants++}`;
});
afterEach(() => {
  vi.useRealTimers();
});

/** Repeats a call until it is answered, as holders do. */
async function insist<Reply>(call: () => Promise<Reply>): Promise<Reply> {
  for (;;) {
    try {
      return await call();
    } catch {
      // Aborted.
    }
  }
}

describe('200 settlements at once', () => {
  it.each([false, true])(
    'each threshold of each scope and period once, in order (aborted meanwhile: %s)',
    async (aborts) => {
      const ids = Array.from({ length: 200 }, newId);
      const replies = await Promise.all(ids.map((id) => ledger().grant(ask(id, 5, { limits: LIMITS }))));
      expect(replies.every((reply) => 'granted' in reply)).toBe(true);
      const told = ids.map((id) => insist(() => ledger().report([done(id, 5)])));
      if (aborts) await abortAllDurableObjects();
      await Promise.all(told);
      // After a crash config's caps arrive with the next ask, which is refused here.
      await ledger().grant(ask(newId(), 5, { limits: LIMITS }));
      const expected = ['feature:chat 2026-11 60', 'feature:chat 2026-11 85', 'feature:chat 2026-11 95'];
      expected.push('key:k 2026-11-21 60', 'key:k 2026-11-21 85', 'tenant 2026-11-21 60');
      await untilTaken(expected.length);
      const all = await taken();
      expect(all.toSorted()).toEqual(expected);
      for (const scope of ['feature:chat', 'key:k']) {
        const own = all.filter((one) => one.startsWith(scope));
        expect(own).toEqual(own.toSorted());
      }
      // A repetition sends nothing again.
      await ledger().report(ids.slice(0, 64).map((id) => done(id, 5)));
      expect(await taken()).toEqual(all);
    },
  );
});

describe('the outbox', () => {
  const taken: Crossing[][] = [];
  let take: () => Promise<unknown> = async () => {};
  const deps: TenantLedgerDeps = {
    clock: { now: () => Date.now() },
    ladderOf: () => ({ thresholds: [60, 85], safeguardAt: 100 }),
    configuredOf: () => ({ byScope: { tenant: { monthlyMicroUsd: 100 } } }),
    takeCrossings: (_, crossings) => {
      taken.push([...crossings]);
      return take();
    },
  };
  let life: { state: DurableObjectState; instance: TenantLedger } | undefined;
  const inside = <R>(run: (object: TenantLedger, state: DurableObjectState) => R | Promise<R>): Promise<R> =>
    runInDurableObject(env.HEALTH_BOARD.get(env.HEALTH_BOARD.idFromName(name)), (_: unknown, state) => {
      if (life?.state !== state) life = { state, instance: new TenantLedger(state, env, deps) };
      return run(life.instance, state);
    });
  const percents = () => taken.map((batch) => batch.map(({ percent }) => percent));
  const capped = { limits: { tenant: { monthlyMicroUsd: 100 } } };
  const spend = (object: TenantLedger, microUsd: number) => {
    const id = newId();
    object.grant(ask(id, microUsd, capped));
    return object.report([done(id, microUsd)]);
  };

  beforeEach(() => {
    taken.length = 0;
  });

  it('is handed over at once, and the alarm is gone with it', async () => {
    take = async () => {};
    await inside((object) => {
      expect(spend(object, 70)).toEqual(['applied']);
    });
    await inside(async (_, state) => {
      expect(percents()).toEqual([[60]]);
      expect(state.storage.sql.exec('SELECT * FROM outbox').toArray()).toEqual([]);
      expect(await state.storage.getAlarm()).toBeNull();
    });
  });

  it('has what a report to a new life reaches under a cap that only config tells of', async () => {
    take = async () => {};
    const id = newId();
    await inside((object) => object.grant(ask(id, 70, capped)));
    await abortAllDurableObjects();
    await inside((object) => object.report([done(id, 70)]));
    expect(percents()).toEqual([[60]]);
  });

  it('that nobody takes keeps no reply waiting, and is handed over by the alarm of the next life', async () => {
    take = () => new Promise(() => {});
    await inside((object) => {
      expect(spend(object, 70)).toEqual(['applied']);
      expect(spend(object, 20)).toEqual(['applied']);
    });
    expect(percents()).toEqual([[60]]);
    await inside(async (_, state) => expect(await state.storage.getAlarm()).toBeGreaterThan(NOON));
    await abortAllDurableObjects();
    take = () => Promise.reject(new Error('Alerts is restarting'));
    await inside((object) => object.alarm());
    await inside(async (_, state) => expect(await state.storage.getAlarm()).toBeGreaterThan(NOON));
    take = async () => {};
    await inside((object) => object.alarm());
    await inside(async (object, state) => {
      expect(percents()).toEqual([[60], [60, 85], [60, 85]]);
      expect(await state.storage.getAlarm()).toBeNull();
      await object.alarm();
      expect(taken).toHaveLength(3);
    });
  });

  it('has an alarm that no newer alert puts off, however long a hand-over hangs', async () => {
    // The alarm runs on the platform's clock, by which it is not due yet.
    const begin = Date.UTC(2100, 0);
    vi.setSystemTime(begin);
    take = () => new Promise(() => {});
    await inside((object) => spend(object, 70));
    const alarm = () => inside((_, state) => state.storage.getAlarm());
    expect(await alarm()).toBe(begin + 10_000);
    vi.setSystemTime(begin + 5_000);
    await inside((object) => spend(object, 20));
    expect(await alarm()).toBe(begin + 10_000);
    await inside(async (object, { storage }) => {
      await storage.deleteAlarm();
      await object.alarm();
    });
    expect(percents()).toEqual([[60], [60, 85]]);
    expect(await alarm()).toBe(begin + 5_000 + 20_000);
  });

  it('is nobody’s whose object was not reached by a name', async () => {
    const stub = env.HEALTH_BOARD.get(env.HEALTH_BOARD.newUniqueId());
    await runInDurableObject(stub, (_: unknown, state) => {
      expect(() => new TenantLedger(state, env, deps)).toThrow('reached by its tenant’s name');
    });
  });

  it('costs a request that reaches a threshold some rows, and the next one none', async () => {
    take = async () => {};
    const rowsOf = (microUsd: number) =>
      inside((object, { storage }) => {
        const stop = countRows(storage.sql);
        spend(object, microUsd);
        return stop();
      });
    expect(await rowsOf(1)).toBe(2);
    // The grant and the close; the sums, the outbox and its sequence.
    expect(await rowsOf(60)).toBeLessThanOrEqual(2 + 1 + 2);
    expect(await rowsOf(1)).toBe(2);
  });
});

describe('GET /admin/alerts', () => {
  it('shows also what was sent to nobody, a page at a time', async () => {
    const id = newId();
    await ledger().grant(ask(id, 97, { limits: { tenant: { monthlyMicroUsd: 100 } } }));
    await ledger().report([done(id, 97)]);
    await untilTaken(3);
    const { status, body } = await callAdmin('GET', 'alerts?most=2');
    expect(status).toBe(200);
    const ours = {
      tenant: name,
      scope: 'tenant',
      period: '2026-11',
      spentMicroUsd: 97,
      capMicroUsd: 100,
      deliveries: [],
    };
    expect(body).toMatchObject({
      webhooks: [],
      alerts: [
        { ...ours, percent: 95 },
        { ...ours, percent: 85 },
      ],
    });
    const next = await callAdmin('GET', `alerts?most=1&before=${body.next}`);
    expect(next.body).toMatchObject({ alerts: [{ ...ours, percent: 60 }] });
  });

  it('and the test of webhooks refuse what they do not know', async () => {
    expect((await callAdmin('GET', 'alerts?most=0')).body.error).toMatchObject({ code: 'invalid_body', param: 'most' });
    expect((await callAdmin('POST', 'alerts/test?tenant=a%20b')).body.error).toMatchObject({ param: 'tenant' });
    expect((await callAdmin('POST', 'alerts')).status).toBe(405);
    expect(await callAdmin('POST', 'alerts/test')).toMatchObject({ status: 200, body: { results: [] } });
    expect((await callAdmin('GET', 'alerts', undefined, { authorization: 'Bearer wrong' })).status).toBe(401);
  });
});
