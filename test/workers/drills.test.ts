/** `POST /admin/drills` in workerd: a key that ends by itself, with a cap of its own. */
import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { KeyRecord } from '../../worker/core/identity/identity.ts';
import { callAdmin, refused } from './call-admin.ts';

const MINUTE = 60_000;
const start = (body: object) => callAdmin('POST', 'drills', body);
const keysOfDrills = async () => {
  const { body } = await callAdmin('GET', 'keys');
  return (body.keys as KeyRecord[]).filter(({ tenant }) => tenant === 'drill');
};
const drills = () =>
  runInDurableObject(env.OPERATORS.get(env.OPERATORS.idFromName('operators')), (_, { storage }) =>
    storage.sql.exec('SELECT * FROM drill').toArray(),
  );

describe('a drill', () => {
  it('has a key that ends with it, may use its feature alone, and is capped by day and by month', async () => {
    const before = Date.now();
    const { status, body } = await start({ minutes: 10, maxCostUsd: 0.25, feature: 'summarize' });
    expect([status, Object.keys(body).toSorted()]).toEqual([201, ['id', 'key', 'until']]);
    expect(body.key).toMatch(/^sk-/);
    expect(body.until).toBeGreaterThanOrEqual(before + 10 * MINUTE);
    expect(body.until).toBeLessThanOrEqual(Date.now() + 10 * MINUTE);

    const [record] = (await keysOfDrills()).filter(({ drill }) => drill === body.id);
    expect(record).toMatchObject({
      ...{
        tenant: 'drill',
        kind: 'secret',
        features: ['summarize'],
        expiresAt: body.until,
        user: null,
        browser: false,
      },
      drill: body.id,
    });
    const ledger = await callAdmin('GET', `ledger/drill?scope=key:${record?.id}`);
    const [limits] = ledger.body.limits as { set: { dailyMicroUsd: number; monthlyMicroUsd: number } }[];
    // Half if the drill runs over the end of a month.
    expect([125_000, 250_000]).toContain(limits?.set.dailyMicroUsd);
    expect(limits?.set).toEqual({
      dailyMicroUsd: limits?.set.dailyMicroUsd,
      monthlyMicroUsd: limits?.set.dailyMicroUsd,
    });
    expect(await drills()).toContainEqual({
      ...{ id: body.id, keyId: record?.id, feature: 'summarize', maxCostUsd: 0.25, who: 'root' },
      ...{ until: body.until, startedAt: Number(body.until) - 10 * MINUTE },
    });
  });

  it('is noted once, without its key', async () => {
    const { body } = await start({ minutes: 1, maxCostUsd: 1 });
    const { body: audit } = await callAdmin('GET', 'audit');
    const entries = (audit.entries as { call: string; to: { id?: string } }[]).filter(({ to }) => to?.id === body.id);
    expect(entries).toEqual([expect.objectContaining({ call: 'POST /admin/drills', from: null, who: 'root' })]);
    expect(JSON.stringify(audit)).not.toContain(body.key);
  });

  it('spends no more than its cap', async () => {
    const { body } = await start({ minutes: 1, maxCostUsd: 0.000001 });
    const response = await exports.default.fetch(
      new Request('http://localhost/v1/chat/completions', {
        method: 'POST',
        headers: { authorization: `Bearer ${body.key}` },
        body: JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: 'hello' }] }),
      }),
    );
    expect(response.status).toBe(429);
    expect(await response.json()).toMatchObject({ error: { code: 'budget_exceeded' } });
  });

  it.each([
    [{ maxCostUsd: 1 }, 'minutes', 'above 0, at most 1440'],
    [{ minutes: 0, maxCostUsd: 1 }, 'minutes', 'above 0, at most 1440'],
    [{ minutes: -1, maxCostUsd: 1 }, 'minutes', 'above 0, at most 1440'],
    [{ minutes: 1_441, maxCostUsd: 1 }, 'minutes', 'above 0, at most 1440'],
    [{ minutes: '10', maxCostUsd: 1 }, 'minutes', 'above 0, at most 1440'],
    [{ minutes: 10 }, 'maxCostUsd', 'from 0.000001 to 1000'],
    [{ minutes: 10, maxCostUsd: 0 }, 'maxCostUsd', 'from 0.000001 to 1000'],
    [{ minutes: 10, maxCostUsd: 1_001 }, 'maxCostUsd', 'from 0.000001 to 1000'],
    [{ minutes: 10, maxCostUsd: null }, 'maxCostUsd', 'from 0.000001 to 1000'],
    [{ minutes: 10, maxCostUsd: 1, feature: 5 }, 'feature', ''],
    [{ minutes: 10, maxCostUsd: 1, tenant: 'acme' }, 'tenant', 'is not a setting'],
    [{ minutes: 10, maxCostUsd: 1, drill: 'mine' }, 'drill', 'is not a setting'],
  ])('%j is refused by name: %s', async (body, param, says) => {
    const keys = (await keysOfDrills()).length;
    const reply = await start(body);
    expect(reply).toMatchObject({ status: 400, body: { error: { code: 'invalid_body', param } } });
    expect(reply.body.error?.message).toContain(says);
    expect(await keysOfDrills()).toHaveLength(keys);
  });

  it('has no key where its cap, or its row, cannot be noted', async () => {
    const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const refusing = async (table: string, object: DurableObjectStub) => {
      const run = (sql: string) => runInDurableObject(object, (_, { storage }) => void storage.sql.exec(sql));
      await run(`CREATE TRIGGER refused BEFORE INSERT ON ${table} BEGIN SELECT RAISE(ABORT, 'disk full'); END`);
      const says = await refused(start({ minutes: 1, maxCostUsd: 1 }));
      await run('DROP TRIGGER refused');
      return says;
    };
    const keys = (await keysOfDrills()).length;
    const noted = async () => ((await callAdmin('GET', 'audit')).body.entries as unknown[]).length;
    const changes = await noted();
    const ledger = env.TENANT_LEDGER.get(env.TENANT_LEDGER.idFromName('drill'));
    const operators = env.OPERATORS.get(env.OPERATORS.idFromName('operators'));
    expect(await refusing('limits', ledger)).toContain('503 ledger_unavailable');
    expect(await refusing('drill', operators)).toContain('503 audit_unavailable');
    expect(await keysOfDrills()).toHaveLength(keys);
    expect(await noted()).toBe(changes);
    log.mockRestore();
  });

  it('of a feature that there is not is refused with those that there are', async () => {
    const says = await refused(start({ minutes: 1, maxCostUsd: 1, feature: 'constructor' }));
    expect(says).toMatch(/unknown_feature.*chat/);
  });

  it('is made by no other call: a client key’s fields do not name one', async () => {
    const reply = await callAdmin('POST', 'keys', { tenant: 'acme', drill: 'mine' });
    expect(reply).toMatchObject({ status: 400, body: { error: { param: 'drill' } } });
    const ofTheirTenant = await callAdmin('POST', 'keys', { tenant: 'drill' });
    expect(ofTheirTenant).toMatchObject({ status: 400, body: { error: { param: 'tenant' } } });
  });
});
