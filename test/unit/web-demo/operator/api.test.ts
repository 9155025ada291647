import { describe, expect, it } from 'vitest';
import { wrongKind } from '../../../../web-demo/operator/core/problem.ts';
import { createApi } from '../../../../web-demo/operator/state/api.ts';
import { Reads } from '../../../../web-demo/operator/state/reads.ts';
import { Gate } from '../../../../web-demo/operator/state/session.ts';

const error = (code: string, message: string) => ({ error: { code, message, param: null } });

/** Answers calls from a list, with a clock that only waiting moves. */
function router(answer: (path: string, call: number) => Response | Promise<Response> | undefined) {
  let now = 1_000_000;
  const calls: { path: string; at: number; init: RequestInit | undefined }[] = [];
  return {
    calls,
    ports: {
      now: () => now,
      async wait(ms: number) {
        now += ms;
      },
      fetch: async (input: string | URL | Request, init?: RequestInit) => {
        const path = String(input);
        calls.push({ path, at: now, init });
        const response = await answer(path, calls.length);
        if (response === undefined) throw new TypeError('no network');
        return response;
      },
    },
  };
}

const json = (body: unknown, status = 200, headers: Record<string, string> = {}) =>
  new Response(JSON.stringify(body), { status, headers });

describe('calls of the page', () => {
  it('go out at once for a view, then once a second; a change never waits', async () => {
    const { calls, ports } = router(() => json({}));
    const api = createApi('ak-1', ports, () => {});
    for (let call = 0; call < 30; call++) await api.get('slo');
    const began = calls[0]?.at ?? 0;
    expect(calls.filter(({ at }) => at === began)).toHaveLength(20);
    expect((calls.at(-1)?.at ?? 0) - began).toBe(10_000);
    await api.send('PUT', 'freeze', {});
    expect(calls.at(-1)?.at).toBe(calls.at(-2)?.at);
  });

  it('have the key in their header alone, and follow no redirect', async () => {
    const { calls, ports } = router(() => json({}));
    await createApi('ak-1', ports, () => {}).send('PUT', 'pins/app%2Fchat', { deployment: 'b' });
    expect(calls[0]).toMatchObject({
      path: './admin/pins/app%2Fchat',
      init: {
        ...{ method: 'PUT', body: '{"deployment":"b"}', redirect: 'error', credentials: 'omit', cache: 'no-store' },
        headers: { authorization: 'Bearer ak-1', 'content-type': 'application/json' },
      },
    });
  });

  it('wait as long as a 429 says, and are given up at last', async () => {
    const limited = () => json(error('rate_limit_exceeded', 'slow down'), 429, { 'retry-after-ms': '700' });
    const { calls, ports } = router((_, call) => (call === 1 ? limited() : json({ fine: true })));
    expect(await createApi('ak-1', ports, () => {}).get('slo')).toEqual({ ok: true, value: { fine: true } });
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBe(700);
    const always = router(limited);
    const reply = await createApi('ak-1', always.ports, () => {}).get('slo');
    expect([always.calls.length, reply]).toMatchObject([4, { ok: false, error: { kind: 'rate' } }]);
  });

  it.each([
    [
      'a scope that is too small',
      json(error('scope_not_allowed', 'This needs operate.'), 403),
      'scope',
      'This needs operate.',
    ],
    ['a refusal in its own words', json(error('invalid_body', 'write a number'), 400), 'refused', 'write a number'],
    ['a silent book', json(error('book_unavailable', '…'), 503), 'silent', /is not answering/],
    ['no JSON', new Response('<html>', { status: 502 }), 'silent', 'The router answered 502.'],
    ['no network', undefined, 'unreachable', /cannot be reached/],
  ] as const)('say %s', async (_, response, kind, text) => {
    const { ports } = router(() => response);
    const reply = await createApi('ak-1', ports, () => {}).get('slo');
    expect(reply).toMatchObject({ ok: false, error: { kind } });
    expect(reply.ok ? '' : reply.error.text).toMatch(text);
  });
});

describe('signing in', () => {
  const config = { operator: { name: 'ana', scope: 'read' }, service: 'S', tenants: [], features: [], aliases: [] };

  it('asks who the key is, and knows that it may only see', async () => {
    const { ports } = router(() => json(config));
    const gate = new Gate(ports);
    await gate.signIn('ak-1');
    expect(gate.session.value).toMatchObject({ mayChange: false, config: { operator: { name: 'ana' } } });
    // Nothing of the page has the key in it.
    expect(JSON.stringify(gate.session.value)).not.toContain('ak-1');
  });

  it.each([
    ['a wrong key', json(error('invalid_admin_key', 'x'), 401), /not an admin key of this router/],
    ['a closed API', json(error('admin_closed', 'x'), 403), /closed until ADMIN_KEY is set/],
    ['no network', undefined, /cannot be reached/],
  ])('says %s', async (_, response, said) => {
    const gate = new Gate(router(() => response).ports);
    await gate.signIn('ak-1');
    expect([gate.session.value, gate.isAsking.value]).toEqual([null, false]);
    expect(gate.said.value).toMatch(said);
  });

  it('sends nothing that cannot be an admin key', async () => {
    const { calls, ports } = router(() => json(config));
    const gate = new Gate(ports);
    for (const key of ['', 'a b', 'ké', 'pk-123']) await gate.signIn(key);
    expect(calls).toEqual([]);
    expect(wrongKind('pk-123')).toMatch(/publishable/);
    expect(wrongKind('ak-0123')).toBeUndefined();
  });

  it('ends when the key is refused, and says so', async () => {
    const { ports } = router((path) =>
      json(path.endsWith('config') ? config : error('invalid_admin_key', 'x'), path.endsWith('config') ? 200 : 401),
    );
    const gate = new Gate(ports);
    await gate.signIn('ak-1');
    await gate.session.value?.api.get('slo');
    expect(gate.session.value).toBeNull();
    expect(gate.said.value).toMatch(/^You were signed out\..*revoked/);
  });
});

describe('what was read', () => {
  it('is read once for all views that show it, and again when it is old or asked for', async () => {
    const { calls, ports } = router(() => json({ n: 1 }));
    const reads = new Reads(
      createApi('ak-1', ports, () => {}),
      ports.now,
    );
    const leave = [reads.use('slo'), reads.use('slo')];
    await reads.refresh('slo');
    expect(reads.of('slo').value).toMatchObject({ value: { n: 1 }, isLoading: false });
    expect(calls).toHaveLength(2);
    for (const one of leave) one();
    await reads.refresh('slo');
    expect(calls).toHaveLength(2);
  });

  it('keeps what was there when a later read fails', async () => {
    const { ports } = router((_, call) => (call === 1 ? json({ n: 1 }) : undefined));
    const reads = new Reads(
      createApi('ak-1', ports, () => {}),
      ports.now,
    );
    reads.use('slo');
    await new Promise((resolve) => setTimeout(resolve));
    await reads.refresh();
    expect(reads.of('slo').value).toMatchObject({ value: { n: 1 }, problem: { kind: 'unreachable' } });
  });

  it('drops a reply that a newer one has overtaken', async () => {
    const waiting: ((response: Response) => void)[] = [];
    const { ports } = router(() => new Promise<Response>((resolve) => waiting.push(resolve)));
    const reads = new Reads(
      createApi('ak-1', ports, () => {}),
      ports.now,
    );
    reads.use('overrides');
    const again = reads.refresh('overrides');
    await Promise.resolve();
    waiting[1]?.(json({ n: 'new' }));
    await again;
    waiting[0]?.(json({ n: 'old' }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(reads.of('overrides').value).toMatchObject({ value: { n: 'new' } });
  });
});
