import { describe, expect, it } from 'vitest';
import { type Identity, LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { REPORT_KINDS } from '../../../worker/core/reports/reports.ts';
import { takeReports } from '../../../worker/endpoints/travel-reports.ts';
import { TestRouter } from '../pipeline/support/router.ts';

const REPORT = { id: '0192-a', at: 1_700_000_000_000, kind: 'stale', feature: 'chat', waitedMs: 3_000 };
const many = (count: number, more: object = {}) =>
  Array.from({ length: count }, (_, index) => ({ ...REPORT, id: `id-${index}`, ...more }));

function world(identity: Partial<Identity> = {}) {
  const router = new TestRouter();
  router.identities.set('sk-test', { ...LOCAL_IDENTITY, tenant: 'acme', ...identity });
  const send = async (body: unknown, headers: Record<string, string> = {}) => {
    const request = new Request('https://router.example/ai/reports', {
      method: 'POST',
      headers: { authorization: 'Bearer sk-test', ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
    const response = await takeReports(request, router.deps, router.scope());
    const text = await response.text();
    const error =
      text === '' ? undefined : (JSON.parse(text) as { error: { code: string; param: string | null } }).error;
    return { status: response.status, headers: response.headers, error };
  };
  const counted = () => router.events.filter(({ event }) => event === 'travel_reports');
  return { router, send, counted };
}

describe('reports of travel mode', () => {
  it('are taken, and logged as numbers alone', async () => {
    const { send, counted } = world();
    const reports = REPORT_KINDS.map((kind, index) => ({ ...REPORT, id: `secret-${index}`, kind }));
    const { status, headers } = await send({ reports: [...reports, { ...REPORT, id: 'one-more' }] });
    expect([status, headers.get('cache-control')]).toEqual([204, 'no-store']);
    expect(counted()).toEqual([
      {
        ...{ event: 'travel_reports', requestId: 'request-1', tenant: 'acme' },
        ...{ stale: 2, offline: 1, queued: 1, sent: 1, resumed: 1, lost: 1 },
      },
    ]);
  });

  it('count once per id, of each owner', async () => {
    const { send, counted } = world();
    const body = { reports: [REPORT, REPORT, { ...REPORT, id: 'b' }] };
    for (const user of ['ann', 'ann', 'bob']) expect((await send(body, { 'x-carryon-user': user })).status).toBe(204);
    expect(counted().map(({ stale }) => stale)).toEqual([2, 2]);
    expect((await send({ reports: [] })).status).toBe(204);
    expect(counted()).toHaveLength(2);
  });

  it('may be 50 at once, of a feature that config does not know, or of none', async () => {
    const { send } = world();
    for (const feature of ['chat', 'gone', '', 'ein Fehler'])
      expect((await send({ reports: many(50, { feature }) })).status).toBe(204);
  });

  it.each<[string, unknown, string | null]>([
    ['no object', [], null],
    ['without reports', {}, 'reports'],
    ['no list', { reports: REPORT }, 'reports'],
    ['too many', { reports: many(51) }, 'reports'],
    ['with more beside them', { reports: [], user: 'ann' }, 'user'],
    ['one that is null', { reports: [REPORT, null] }, 'reports.1'],
    ['one with more in it', { reports: [{ ...REPORT, prompt: 'hello' }] }, 'reports.0.prompt'],
    ...Object.keys(REPORT).map((name): [string, unknown, string] => {
      const { [name as 'id']: _, ...rest } = REPORT;
      return [`one without its ${name}`, { reports: [rest] }, `reports.0.${name}`];
    }),
    ...(
      [
        ['id', ''],
        ['id', 'a b'],
        ['id', 'x'.repeat(129)],
        ['id', 7],
        ['at', -1],
        ['at', 1.5],
        ['at', '2026-11-28'],
        ['kind', 'success'],
        ['kind', null],
        ['feature', null],
        ['feature', 'x'.repeat(101)],
        ['waitedMs', -1],
        ['waitedMs', 1e300],
      ] as const
    ).map(([name, value]): [string, unknown, string] => [
      `one whose ${name} is ${JSON.stringify(value).slice(0, 30)}`,
      { reports: [{ ...REPORT, [name]: value }] },
      `reports.0.${name}`,
    ]),
  ])('are refused by name: %s', async (_, body, param) => {
    const { send, counted } = world();
    const { status, error } = await send(body);
    expect([status, error?.code, error?.param]).toEqual([400, 'invalid_body', param]);
    expect(counted()).toEqual([]);
  });

  it('are refused by name: no JSON, too long, and without a credential', async () => {
    const { send } = world();
    expect((await send('{')).error?.code).toBe('invalid_json');
    expect(await send({ reports: many(50, { id: 'x'.repeat(2_000) }) })).toMatchObject({
      status: 413,
      error: { code: 'payload_too_large' },
    });
    expect(await send({ reports: [] }, { authorization: 'Bearer sk-nobody' })).toMatchObject({
      status: 401,
      error: { code: 'invalid_key' },
    });
    const page = world({ kind: 'publishable', origins: ['https://app.example'] });
    expect((await page.send({ reports: [] }, { origin: 'https://evil.example' })).error?.code).toBe(
      'origin_not_allowed',
    );
    const named = { origin: 'https://app.example', 'x-carryon-user': 'ann' };
    expect((await page.send({ reports: [] }, named)).error?.code).toBe('user_not_allowed');
  });

  it('come at most 60 times a minute from one user, and from a page’s visitors by their address', async () => {
    const { router, send } = world();
    const times = async (count: number, headers: Record<string, string>) => {
      const all = [];
      for (let time = 0; time < count; time++) all.push((await send({ reports: [] }, headers)).status);
      return all.filter((status) => status === 429).length;
    };
    expect(await times(62, { 'x-carryon-user': 'ann' })).toBe(2);
    expect(await times(60, { 'x-carryon-user': 'bob' })).toBe(0);
    expect(await send({ reports: [] }, { 'x-carryon-user': 'ann' })).toMatchObject({
      error: { code: 'rate_limit_exceeded', limit: { scope: 'user:ann', name: 'rpm' } },
    });
    router.identities.set('sk-test', { ...LOCAL_IDENTITY, kind: 'publishable', origins: ['https://app.example'] });
    expect(await times(602, { origin: 'https://app.example', 'cf-connecting-ip': '203.0.113.7' })).toBe(2);
  });
});
