import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { NO_LIMITS } from '../../worker/core/ledger/types.ts';
import { compose } from '../../worker/deps.ts';
import { callAdmin, refused } from './call-admin.ts';

let tenants = 0;
let tenant: string;
beforeEach(() => {
  tenant = `limited-${tenants++}`;
});

const put = (body: unknown, of = tenant) => callAdmin('PUT', `tenants/${of}/limits`, body);

describe('PUT /admin/tenants/:tenant/limits', () => {
  it('notes a burst that is less than a second of its rate, whichever of the two was set', async () => {
    const scope = 'user:bursty';
    expect((await put({ scope, rps: 100, burst: 100 })).body).not.toHaveProperty('note');
    const noted = { note: expect.stringMatching(/burst of 99 is less than a second of 100 .* 500 \(five seconds\)/) };
    expect((await put({ scope, burst: 99 })).body).toMatchObject(noted);
    expect((await put({ scope, rps: 99 })).body).not.toHaveProperty('note');
    expect((await put({ scope, rps: 100 })).body).toMatchObject(noted);
    expect((await put({ scope, burst: null })).body).not.toHaveProperty('note');
    expect((await put({ scope, rps: 0.5, burst: 1 })).body).not.toHaveProperty('note');
  });

  it('lays limits over config’s field by field; null brings config’s back', async () => {
    const first = { scope: 'user:ana', monthlyUsd: 5, dailyUsd: 0.1234567, rps: 0.5, burst: 10, tpm: 0, parallel: 4 };
    const set = { monthlyMicroUsd: 5_000_000, dailyMicroUsd: 123_457, rps: 0.5, burst: 10, tpm: 0, parallel: 4 };
    expect(await put(first)).toMatchObject({ status: 200, body: { tenant, scope: 'user:ana', set, limits: set } });

    const { body } = await put({ scope: 'user:ana', monthlyUsd: 0, dailyUsd: null, tpm: null });
    const left = { monthlyMicroUsd: 0, rps: 0.5, burst: 10, parallel: 4 };
    expect(body.set).toEqual(left);
    expect(body.limits).toEqual({ ...NO_LIMITS, ...left });
    const none = { monthlyUsd: null, rps: null, burst: null, parallel: null };
    expect((await put({ scope: 'user:ana', ...none })).body).toMatchObject({ set: {}, limits: NO_LIMITS });
  });

  it.each([
    'tenant',
    'anonymous',
    'user:ana@example.com',
    'user:阿娜',
    'feature:chat',
    'key:local',
    'key:0123456789abcdef0123',
  ])('takes the scope %s', async (scope) => {
    expect(await put({ scope, rps: 2 })).toMatchObject({ status: 200, body: { scope, set: { rps: 2 } } });
  });

  it('knows what a key’s tier allows it, and not another tenant’s', async () => {
    const { body: key } = await callAdmin('POST', 'keys', { tenant, tier: 'team' });
    const scope = `key:${key.id}`;
    expect((await put({ scope, parallel: 3 })).body.limits).toEqual({ ...NO_LIMITS, rps: 10, burst: 50, parallel: 3 });
    expect((await put({ scope, rps: 2 })).body.limits).toEqual({ ...NO_LIMITS, rps: 2, burst: 50, parallel: 3 });
    expect((await put({ scope, rps: 2 }, `${tenant}-b`)).body.limits).toEqual({ ...NO_LIMITS, rps: 2 });
  });

  it('tells the watch of promises what a tenant and its features may use, and says so where that failed', async () => {
    const told: unknown[] = [];
    const put = async (body: object, noteLimits: (...told: unknown[]) => Promise<boolean>) => {
      const composition = compose(env);
      const sloBook = () => ({ noteLimits }) as unknown as ReturnType<typeof composition.sloBook>;
      const app = createApp(() => ({ ...composition, sloBook }));
      const request = new Request(`http://localhost/admin/tenants/${tenant}/limits`, {
        method: 'PUT',
        headers: { authorization: 'Bearer sk-local-admin-key' },
        body: JSON.stringify(body),
      });
      const response = await app(request as Parameters<typeof app>[0], env, createExecutionContext());
      return [response.status, ((await response.json()) as { note?: string }).note];
    };
    const takes = async (...call: unknown[]) => {
      told.push(call);
      return true;
    };
    expect(await put({ scope: 'tenant', rps: 5, monthlyUsd: 2 }, takes)).toEqual([200, undefined]);
    expect(await put({ scope: 'tenant', rps: null }, takes)).toEqual([200, undefined]);
    expect(await put({ scope: 'feature:chat', rps: 5 }, takes)).toEqual([200, undefined]);
    expect(await put({ scope: 'user:ana', rps: 5 }, takes)).toEqual([200, undefined]);
    expect(told).toEqual([
      [tenant, 'tenant', { rps: 5, monthlyMicroUsd: 2_000_000 }],
      [tenant, 'tenant', { monthlyMicroUsd: 2_000_000 }],
      [tenant, 'feature:chat', { rps: 5 }],
    ]);
    const unwatched = 'the alerts spend and rate do not watch these limits yet';
    const quiet = vi.spyOn(console, 'warn').mockImplementation(() => {});
    expect(await put({ scope: 'tenant', rps: 6 }, () => Promise.reject(new Error('gone')))).toEqual([
      200,
      expect.stringContaining(`${unwatched}, because the book did not answer: set them again`),
    ]);
    quiet.mockRestore();
    expect(await put({ scope: 'tenant', rps: 7 }, async () => false)).toEqual([
      200,
      expect.stringContaining(`${unwatched}, because at most 1000 scopes with limits set by hand are watched`),
    ]);
  });

  it('keeps tenants apart, whatever is escaped in their names', async () => {
    await put({ scope: 'tenant', rps: 1 }, 'a.b-1');
    expect((await put({ scope: 'tenant', burst: 2 }, 'a%2Eb%2D1')).body.set).toEqual({ rps: 1, burst: 2 });
    expect((await put({ scope: 'tenant', burst: 2 }, 'A.b-1')).body.set).toEqual({ burst: 2 });
  });

  it.each<[unknown, string]>([
    [{ scope: 'tenant' }, 'body: name at least one of monthlyUsd, dailyUsd, rps, burst, tpm, parallel'],
    [{ rps: 1 }, 'scope: is missing; write a string in quotes'],
    [{ scope: 'tenant', monthlyUSD: 5 }, 'monthlyUSD: is not a setting; did you mean "monthlyUsd"? '],
    [{ scope: 'tenant', monthlyUsd: '5' }, 'monthlyUsd: write a number'],
    [{ scope: 'tenant', monthlyUsd: -1 }, 'monthlyUsd: write an amount in USD, 0 or more'],
    [{ scope: 'tenant', dailyUsd: 2e9 }, 'dailyUsd: write an amount in USD up to a billion'],
    ['{"scope": "tenant", "dailyUsd": 1e999}', 'dailyUsd: write a number'],
    [{ scope: 'tenant', rps: 0 }, 'rps: write requests per second from 0.000001'],
    [{ scope: 'tenant', burst: 0 }, 'burst: write a whole number from 1'],
    [{ scope: 'tenant', burst: 1.5 }, 'burst: write a whole number'],
    [{ scope: 'tenant', tpm: -1 }, 'tpm: write a whole number from 0'],
    [{ scope: 'tenant', parallel: true }, 'parallel: write a number'],
    [{ scope: 'users:ana', rps: 1 }, 'scope: write tenant, anonymous, user:ID, feature:NAME or key:ID, of at most 264'],
    [{ scope: 'user:', rps: 1 }, 'scope: write tenant'],
    [{ scope: 'user:a\nb', rps: 1 }, 'scope: write tenant'],
    [{ scope: `user:${'a'.repeat(260)}`, rps: 1 }, 'scope: write tenant'],
    [
      { scope: 'feature:chess', rps: 1 },
      'scope: there is no such feature; write one of feature:chat, feature:summarize',
    ],
    [{ scope: 'tenant', rps: 1, who: '' }, 'who: write a name of 1 to 100 characters'],
    [{ scope: 'tenant', rps: 1, who: 'a\tb' }, 'who: write a name of 1 to 100 characters'],
    [{ scope: 'tenant', rps: 1, who: 'a'.repeat(101) }, 'who: write a name of 1 to 100 characters'],
    [[], 'body: write an object: { … }'],
  ])('refuses %j, and changes nothing', async (body, says) => {
    expect(await refused(put(body))).toContain(`400 invalid_body ${says}`);
    const { body: ledger } = await callAdmin('GET', `ledger/${tenant}`);
    expect(ledger.limits).toEqual([]);
  });

  it('never repeats a key that was sent in the place of its id', async () => {
    const { body: made } = await callAdmin('POST', 'keys', { tenant });
    for (const scope of [`key:${made.key}`, String(made.key)]) {
      const { status, body } = await put({ scope, rps: 1 });
      expect(status).toBe(400);
      expect(JSON.stringify(body)).not.toContain(String(made.key));
    }
  });

  it('refuses what is no JSON, is too long, names no tenant, or asks by another method', async () => {
    expect(await refused(put('{'))).toBe(
      '400 invalid_json The body is not JSON: send {"scope": "tenant", "monthlyUsd": 5}',
    );
    const long = JSON.stringify({ scope: 'tenant', rps: 1, who: 'a'.repeat(70_000) });
    expect(await refused(put(long))).toContain('413 payload_too_large');
    expect(await refused(put({ scope: 'tenant', rps: 1 }, 'a%2Fb'))).toContain('400 invalid_body tenant: use letters');
    expect(await refused(put({ scope: 'tenant', rps: 1 }, 'a'.repeat(64)))).toContain('400 invalid_body tenant');
    for (const method of ['GET', 'POST', 'PATCH', 'DELETE']) {
      const { status, headers } = await callAdmin(method, `tenants/${tenant}/limits`);
      expect([status, headers.get('allow')]).toEqual([405, 'PUT']);
    }
  });
});
