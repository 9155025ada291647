import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import type { CallPurpose } from '../../../worker/identity/address-rate.ts';
import { identifyCaller } from '../../../worker/pipeline/identify.ts';
import type { Deps } from '../../../worker/ports.ts';
import { TestRouter } from './support/router.ts';

const PAGE: Identity = { ...LOCAL_IDENTITY, kind: 'publishable', origins: ['https://app.example'] };
const RATE = 3;
/** What Cloudflare says about a request, abridged. */
const CLOUDFLARE = { colo: 'FRA', country: 'DE' };

/** Requests of a page, one after the other; the outcome of each. */
function world(more: Partial<Deps> = {}, addressHeader: string | null = 'cf-connecting-ip') {
  const router = new TestRouter([], { publishableRate: RATE, addressHeader: addressHeader ?? undefined });
  router.identities.set('pk-page', PAGE);
  const deps = { ...router.deps, ...more };
  const ask = async (headers: Record<string, string> = {}, errand: CallPurpose = 'start', cf?: object) => {
    const all = { authorization: 'Bearer pk-page', origin: 'https://app.example', ...headers };
    const request = new Request('https://router.example/ai', { method: 'POST', headers: all });
    const identified = await identifyCaller(Object.assign(request, { cf }), errand, deps, () => {});
    return identified.ok ? 'ok' : identified.error;
  };
  const times = async (count: number, ...asking: Parameters<typeof ask>) => {
    const said = [];
    for (let time = 0; time < count; time++) {
      const error = await ask(...asking);
      said.push(error === 'ok' ? error : error.code);
    }
    return said;
  };
  return { router, ask, times };
}

const FULL = [...Array.from({ length: RATE }, () => 'ok'), 'rate_limit_exceeded'];
const address = (text: string, name = 'cf-connecting-ip') => ({ [name]: text });

describe('a publishable key', () => {
  it('may ask so often from one address, and again when the minute is over', async () => {
    const { router, ask, times } = world();
    expect(await times(4, address('203.0.113.7'))).toEqual(FULL);
    await router.clock.advance(20_000);
    expect(await ask(address('203.0.113.7'))).toEqual({
      code: 'rate_limit_exceeded',
      ...{ scope: 'address', limit: 'rpm', cap: RATE, retryAfterMs: 40_000, neverFits: false },
    });
    expect(await times(4, address('203.0.113.8'))).toEqual(FULL);
    await router.clock.advance(40_000);
    expect(await times(4, address('203.0.113.7'))).toEqual(FULL);
  });

  it('has no limit without an address that can be trusted', async () => {
    const all = Array.from({ length: 10 }, () => 'ok');
    expect(await world().times(10)).toEqual(all);
    expect(await world().times(10, address('unknown'))).toEqual(all);
    // Deployed in plain workerd, a client can write anything there.
    const { times } = world({}, null);
    expect(await times(10, address('203.0.113.7'))).toEqual(all);
    expect(await times(10, address('203.0.113.7'), 'start', {})).toEqual(all);
  });

  it('is counted by the header that config names, off Cloudflare; there by Cloudflare’s own', async () => {
    const { times } = world({}, 'x-forwarded-for');
    expect(await times(4, address('198.51.100.9, 203.0.113.7', 'x-forwarded-for'))).toEqual(FULL);
    expect(await times(10, address('203.0.113.8'))).not.toContain('rate_limit_exceeded');
    const onCloudflare = world({}, 'x-forwarded-for');
    const headers = { ...address('203.0.113.7') };
    for (let time = 0; time < RATE; time++)
      await onCloudflare.ask({ ...headers, 'x-forwarded-for': `10.0.0.${time}` }, 'start', CLOUDFLARE);
    expect(await onCloudflare.times(1, headers, 'start', CLOUDFLARE)).toEqual(['rate_limit_exceeded']);
    expect(await world({}, null).times(4, address('203.0.113.7'), 'start', CLOUDFLARE)).toEqual(FULL);
  });

  it('reads ten times as often, and what it reads is not counted as asked', async () => {
    const { times } = world();
    const from = address('203.0.113.7');
    const rest = { ...from, 'idempotency-key': 'x', 'last-event-id': '5' };
    expect(await times(15, from, 'read')).not.toContain('rate_limit_exceeded');
    expect(await times(15, rest)).not.toContain('rate_limit_exceeded');
    expect(await times(1, from, 'read')).toEqual(['rate_limit_exceeded']);
    // Without the key, or with an empty id, it may start a run.
    expect(await times(1, { ...from, 'last-event-id': '5' })).toEqual(['ok']);
    expect(await times(1, { ...rest, 'last-event-id': '' })).toEqual(['ok']);
    expect(await times(2, from)).toEqual(['ok', 'rate_limit_exceeded']);
  });

  it('is counted under all keys of the address together, and for nothing where it is refused before', async () => {
    const { router, times } = world();
    router.identities.set('pk-other', { ...PAGE, tenant: 'other' });
    const from = address('203.0.113.7');
    const foreign = { ...from, origin: 'https://evil.example' };
    expect(await times(5, foreign)).toEqual(Array.from({ length: 5 }, () => 'origin_not_allowed'));
    expect(await times(5, { ...from, authorization: 'Bearer pk-junk' })).not.toContain('rate_limit_exceeded');
    expect(await times(2, { ...from, authorization: 'Bearer pk-other' })).toEqual(['ok', 'ok']);
    expect(await times(2, from)).toEqual(['ok', 'rate_limit_exceeded']);
  });

  it('is asked for at the platform too, where it counts; never for what is only read', async () => {
    const asked: string[] = [];
    let answer = true;
    const platformRate = async (counted: string) => {
      asked.push(counted);
      return answer;
    };
    const { ask, times } = world({ platformRate });
    expect(await times(1, address('2001:db8::1'))).toEqual(['ok']);
    expect(await times(5, address('2001:db8::1'), 'read')).not.toContain('rate_limit_exceeded');
    expect(asked).toEqual(['2001:db8:0:0::/64']);
    answer = false;
    expect(await ask(address('2001:db8::1'))).toMatchObject({ code: 'rate_limit_exceeded', retryAfterMs: 60_000 });
    expect(await times(2)).toEqual(['ok', 'ok']);
  });

  it('is counted in this isolate alone while the platform does not answer', async () => {
    const { router, times } = world({ platformRate: () => new Promise<never>(() => {}) });
    expect(await router.clock.run(times(4, address('203.0.113.7')))).toEqual(FULL);
    expect(router.clock.pending).toBe(0);
  });
});

it('a secret key has none: it is a server’s', async () => {
  const { router, times } = world();
  router.identities.set('pk-page', { ...LOCAL_IDENTITY });
  expect(await times(10, { ...address('203.0.113.7'), origin: 'http://localhost:3000' })).not.toContain(
    'rate_limit_exceeded',
  );
});
