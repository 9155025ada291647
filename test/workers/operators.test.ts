import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import type { OperatorsCalls } from '../../worker/core/operators/operators.ts';
import { AuditRows, KEEP_CHANGES_MS, MOST_CHANGES } from '../../worker/objects/operators/audit.ts';
import type { Operators } from '../../worker/objects/operators/operators.ts';
import { rowsWrittenBy } from './count-rows.ts';

let made = 0;
let operators: DurableObjectStub<Operators>;
beforeEach(() => {
  operators = env.OPERATORS.get(env.OPERATORS.idFromName(`operators ${made++}`));
});

const hashOf = (digit: string) => digit.repeat(64);
const change = (id: string) => ({ id, who: 'ana', call: 'PUT /admin/pins/app%2Fchat', what: 'pin app/chat' });

describe('an admin key', () => {
  it('is found by its hash until it is revoked, also after the object has slept', async () => {
    const ana = await operators.createAdminKey({ hash: hashOf('a'), name: 'ana', scope: 'operate' });
    const ben = await operators.createAdminKey({ hash: hashOf('b'), name: 'ben', scope: 'read' });
    expect(ana).toEqual({
      id: 'a'.repeat(20),
      name: 'ana',
      scope: 'operate',
      createdAt: ana.createdAt,
      revokedAt: null,
    });
    await evictDurableObject(operators);
    expect(await operators.adminKey(hashOf('a'))).toEqual(ana);
    expect(await operators.adminKey(hashOf('c'))).toBeUndefined();

    const revoked = await operators.revokeAdminKey(ana.id);
    expect(revoked).toEqual({ before: ana, after: { ...ana, revokedAt: expect.any(Number) } });
    expect(await operators.adminKey(hashOf('a'))).toBeUndefined();
    expect(await operators.listAdminKeys()).toEqual(expect.arrayContaining([revoked?.after, ben]));
    // Again: nothing changes.
    expect(await operators.revokeAdminKey(ana.id)).toEqual({ before: revoked?.after, after: revoked?.after });
    expect(await operators.revokeAdminKey('f'.repeat(20))).toBeUndefined();
    expect(await operators.adminKey(hashOf('b'))).toEqual(ben);
  });
});

describe('the log of changes', () => {
  const audit: OperatorsCalls['audit'] = (before, most) => operators.audit(before, most);
  const list = () => audit(undefined, 100);

  it('shows a change as pending until it is finished; a dropped one leaves no row, and its number is never given again', async () => {
    await operators.begin(change('one'));
    const pending = { ...change('one'), number: 1, at: expect.any(Number), from: null, to: null, pending: true };
    expect(await list()).toEqual([pending]);
    // As after a kill between begin and finish.
    await evictDurableObject(operators);
    expect(await list()).toEqual([pending]);

    await operators.finish('one', null, { deployment: 'b' });
    const { pending: _, ...finished } = { ...pending, to: { deployment: 'b' } };
    expect(await list()).toEqual([finished]);

    await operators.begin(change('two'));
    await operators.drop('two');
    await operators.begin(change('three'));
    await operators.finish('three', { deployment: 'b' }, null);
    expect((await list()).map(({ number, from, to }) => [number, from, to])).toEqual([
      [3, { deployment: 'b' }, null],
      [1, null, { deployment: 'b' }],
    ]);
  });

  it('is finished from null to null too, which is not pending', async () => {
    await operators.begin(change('one'));
    await operators.finish('one', undefined, undefined);
    expect((await list())[0]).not.toHaveProperty('pending');
  });

  it('takes one row a call, however often it begins, and ignores the end of a row that is gone', async () => {
    await operators.begin(change('one'));
    await runInDurableObject(operators, (instance: Operators) => {
      expect(instance.begin({ ...change('one'), what: 'another' })).toBe(false);
      instance.finish('none', 1, 2);
      instance.drop('none');
    });
    expect(await list()).toHaveLength(1);
  });

  it('costs 4 rows a change: the row, its id, the last number, and its end', async () => {
    await runInDurableObject(operators, async (instance: Operators, state) => {
      const rows = await rowsWrittenBy(state, async () => {
        instance.begin(change('one'));
        instance.finish('one', null, { rps: 1 });
      });
      expect(rows).toBe(4);
    });
  });

  it('is paged from the newest on', async () => {
    for (const id of ['one', 'two', 'three']) await operators.begin(change(id));
    const ids = async (before: number | undefined, most: number) => (await audit(before, most)).map(({ id }) => id);
    expect(await ids(undefined, 2)).toEqual(['three', 'two']);
    expect(await ids(2, 2)).toEqual(['one']);
    expect(await ids(1, 2)).toEqual([]);
  });

  it('keeps 10,000 changes for 400 days; calls that changed nothing push none out', async () => {
    await runInDurableObject(operators, (_: Operators, { storage }) => {
      const rows = new AuditRows(storage.sql);
      const numbers = (now: number) => rows.list(Number.MAX_SAFE_INTEGER, 20_000, now).map(({ number }) => number);
      storage.sql.exec(
        `INSERT INTO audit (id, at, who, call, what)
         WITH RECURSIVE count(number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM count WHERE number < ?)
         SELECT number, number, 'ana', '', '' FROM count`,
        MOST_CHANGES,
      );
      for (let times = 0; times < 10; times++) {
        rows.begin(change('nothing'), MOST_CHANGES);
        rows.drop('nothing');
      }
      // One was evicted when the first came; there was room for nine of them.
      expect(numbers(MOST_CHANGES)).toHaveLength(MOST_CHANGES - 1);
      for (const id of ['more', 'and more']) rows.begin(change(id), MOST_CHANGES);
      expect(numbers(MOST_CHANGES)).toHaveLength(MOST_CHANGES);
      expect(numbers(MOST_CHANGES).at(-1)).toBe(3);

      // Rows that are too old are not shown, and are deleted with the next changes.
      const later = KEEP_CHANGES_MS + MOST_CHANGES - 1;
      expect(numbers(later)).toHaveLength(3);
      const stored = () => storage.sql.exec<{ rows: number }>('SELECT COUNT(*) AS rows FROM audit').one().rows;
      rows.begin(change('later'), later);
      expect(stored()).toBeLessThan(MOST_CHANGES);
      storage.transactionSync(() => {
        for (let number = 0; number < 100; number++) rows.begin(change(`later ${number}`), later);
      });
      expect([stored(), numbers(later).length]).toEqual([104, 104]);
    });
  });
});
