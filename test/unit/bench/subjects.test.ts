import { describe, expect, it } from 'vitest';
import memoryCache from '../../../bench/cache/memory-cache.ts';
import {
  ofCacheHits,
  ofKeys,
  ofLocalKey,
  ofLongPrompts,
  ofOneUser,
  ofResumable,
  ofThousandUsers,
} from '../../../bench/load/requests.ts';
import { subjectOf, withAgainst } from '../../../bench/subject/subject.ts';
import { GRANTS_EVERYTHING } from '../../../bench/without-ledger/grants-everything.ts';

/** A request's headers, and whether its length is as declared. */
function read(request: Buffer): { headers: Record<string, string>; body: { stream?: boolean } } {
  const [head = '', body = ''] = request.toString('latin1').split('\r\n\r\n');
  const headers = Object.fromEntries(
    head
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(': ') as [string, string]),
  );
  expect(Number(headers['content-length'])).toBe(body.length);
  return { headers, body: JSON.parse(body) };
}

describe('the requests of a subject', () => {
  it('come from one user, or from a thousand in turns, by the same key', () => {
    expect(read(ofOneUser('sk-1').whole(7)).headers).toMatchObject({
      authorization: 'Bearer sk-1',
      'x-carryon-user': 'ana',
    });
    const { whole } = ofThousandUsers('sk-1');
    const users = [0, 1, 999, 1_000].map((index) => read(whole(index)).headers['x-carryon-user']);
    expect(users).toEqual(['user-0', 'user-1', 'user-999', 'user-0']);
  });

  it('carry just a key in the main line, and a long conversation in another', () => {
    const [plain, long] = [ofLocalKey('sk-1').whole(0), ofLongPrompts('sk-1').whole(0)];
    expect(read(plain).headers['x-carryon-user']).toBeUndefined();
    expect(plain.length).toBeLessThan(2_000);
    expect(Number(read(long).headers['content-length'])).toBeGreaterThan(32_000);
  });

  it('are one question again and again for hits, of a feature that keeps answers', () => {
    const { whole } = ofCacheHits('sk-1');
    expect(whole(0).equals(whole(1))).toBe(true);
    expect(read(whole(0)).headers['x-carryon-feature']).toBe('summarize');
  });

  it('bring each an idempotency key of its own, and ask to resume only where that is measured', () => {
    const [keyed, resumable] = [ofKeys('sk-1'), ofResumable('sk-1')].map(({ streamed }) =>
      [0, 1].map(() => read(streamed(0))),
    );
    const keys = [...(keyed ?? []), ...(resumable ?? [])].map(({ headers }) => headers['idempotency-key']);
    expect(new Set(keys).size).toBe(4);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(keyed?.[0]?.headers['x-carryon-resume']).toBeUndefined();
    expect(resumable?.[0]).toMatchObject({ headers: { 'x-carryon-resume': '1' }, body: { stream: true } });
  });
});

describe('subjects', () => {
  it('of Carryon as it is deployed are followed by the same of the other checkout', () => {
    expect(withAgainst(['carryon', 'withoutLedger', 'bare'], true)).toEqual([
      'carryon',
      'against:carryon',
      'withoutLedger',
      'bare',
    ]);
    expect(withAgainst(['carryon', 'bare'], false)).toEqual(['carryon', 'bare']);
    expect(subjectOf('against:cacheHit')).toBe('cacheHit');
  });
});

describe('the cache in memory', () => {
  const url = 'https://answers.carryon.internal/v1/one';
  const ask = (init?: RequestInit, at = url) => memoryCache.fetch(new Request(at, init));

  it('gives what it was given to keep, in the runtime’s own protocol, bytes and all', async () => {
    expect((await ask()).headers.get('cf-cache-status')).toBe('MISS');
    const bytes = Uint8Array.of(1, 0, 13, 10, 13, 10, 255);
    const head = 'HTTP/1.1 200 OK\r\ncache-control: max-age=3600\r\ncontent-type: application/octet-stream\r\n\r\n';
    const body = Buffer.concat([Buffer.from(head), bytes]);
    expect((await ask({ method: 'PUT', body })).status).toBe(204);
    const hit = await ask();
    expect([hit.status, hit.headers.get('cf-cache-status'), hit.headers.get('content-type')]).toEqual([
      200,
      'HIT',
      'application/octet-stream',
    ]);
    expect(new Uint8Array(await hit.arrayBuffer())).toEqual(bytes);
    expect((await ask(undefined, `${url}-other`)).status).toBe(504);
  });
});

describe('the router without its ledger', () => {
  const best = { mode: 'normal', microUsd: 5, tokens: 7, requests: 1, parallel: 1 } as const;

  it('is granted the best of what it wants, and believed whatever it reports', async () => {
    const ask = { leaseId: 'a', scopes: [], wants: [best, { ...best, microUsd: 1 }], admitForMs: 5_000, runForMs: 1 };
    const { mode, ...granted } = best;
    const { grant } = await GRANTS_EVERYTHING.send('acme', { reports: [], longestMs: 1, ask });
    expect(grant).toEqual({ granted, mode, admitForMs: 5_000, left: [] });
    const report = { leaseId: 'a', spent: { microUsd: 9, tokens: 9 }, freed: { microUsd: 0, tokens: 0, parallel: 1 } };
    const { reports } = await GRANTS_EVERYTHING.send('acme', { reports: [{ ...report, done: true }], longestMs: 1 });
    expect(reports).toEqual(['applied']);
  });
});
