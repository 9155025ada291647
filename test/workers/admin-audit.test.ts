import { createExecutionContext, evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_ROUTES } from '../../worker/admin/table.ts';
import { createApp } from '../../worker/app.ts';
import type { Deployment } from '../../worker/core/config/config.ts';
import { LOCAL_ADMIN_KEY } from '../../worker/core/identity/identity.ts';
import type { OperatorsCalls } from '../../worker/core/operators/operators.ts';
import { healthIdFor } from '../../worker/core/routing/health-id.ts';
import { type Composition, compose } from '../../worker/deps.ts';
import { hashOfKey } from '../../worker/stores/signed-key.ts';
import { TestClock } from '../unit/pipeline/support/clock.ts';
import { AUDIT_CASES, type Call } from './audit-cases.ts';
import { callAdmin } from './call-admin.ts';
import { eventually } from './eventually.ts';

interface Entry {
  number: number;
  at: number;
  who: string;
  call: string;
  what: string;
  from: unknown;
  to: unknown;
  pending?: true;
  requestId?: string;
}

const audit = async (query = ''): Promise<{ entries: Entry[]; next: number | null }> =>
  (await callAdmin('GET', `audit${query}`)).body as unknown as { entries: Entry[]; next: number | null };
const newest = async () => (await audit('?most=1')).entries[0]?.number ?? 0;
const since = async (number: number) => (await audit()).entries.filter((entry) => entry.number > number);

/** Every reply, except the one place where a key is shown. */
const replies: string[] = [];
const secrets = new Set([LOCAL_ADMIN_KEY]);

async function ask([method, path, body]: Call) {
  const reply = await callAdmin(method, path, body);
  const { key, ...shown } = reply.body;
  if (typeof key === 'string') secrets.add(key);
  replies.push(JSON.stringify(shown));
  return reply;
}

/** The app with some of its objects replaced. */
const appWith = (changed: (composition: Composition) => Partial<Composition>) => {
  const composition = compose(env);
  const app = createApp(() => ({ ...composition, ...changed(composition) }));
  return async ([method, path, body]: Call) => {
    const request = new Request(`http://localhost/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${LOCAL_ADMIN_KEY}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return app(request as Parameters<typeof app>[0], env, createExecutionContext());
  };
};

const operatorsWith =
  (faulty: Partial<Pick<OperatorsCalls, 'begin' | 'finish'>>) =>
  ({ operators }: Composition): Partial<Composition> => ({
    operators: () => {
      const real = operators();
      return {
        adminKey: (hash) => real.adminKey(hash),
        createAdminKey: (key) => real.createAdminKey(key),
        listAdminKeys: () => real.listAdminKeys(),
        revokeAdminKey: (id) => real.revokeAdminKey(id),
        begin: (change) => real.begin(change),
        finish: (id, from, to) => real.finish(id, from, to),
        drop: (id) => real.drop(id),
        audit: (before, most) => real.audit(before, most),
        addDrill: (drill) => real.addDrill(drill),
        drills: (from, to) => real.drills(from, to),
        ...faulty,
      };
    },
  });

const never = () => new Promise<never>(() => {});
const fails = () => Promise.reject(new Error('no network'));
const codeOf = async (response: Response) =>
  `${response.status} ${(await response.json<{ error: { code: string } }>()).error.code}`;

const log = vi.spyOn(console, 'warn').mockImplementation(() => {});
afterAll(() => log.mockRestore());

const CHANGES = ADMIN_ROUTES.filter(({ changes }) => changes).map(({ method, path }) => `${method} ${path}`);

describe('each change is noted once', () => {
  it('and every route that changes something is tried here', () => {
    expect(Object.keys(AUDIT_CASES).toSorted()).toEqual(CHANGES.toSorted());
    const others = ADMIN_ROUTES.filter(({ method, changes }) => method !== 'GET' && !changes);
    // It calls webhooks, and changes nothing.
    expect(others.map(({ path }) => path)).toEqual(['/alerts/test']);
  });

  it.each(Object.entries(AUDIT_CASES))('%s; nothing that is refused, or was so already, is', async (_, tried) => {
    await tried.prepare?.();
    const call = typeof tried.change === 'function' ? await tried.change() : tried.change;
    const before = await newest();
    const notNoted = await appWith(operatorsWith({ begin: fails }))(call);
    expect(await codeOf(notNoted)).toBe('503 audit_unavailable');
    expect(notNoted.headers.get('retry-after')).toBe('1');
    expect(await since(before)).toEqual([]);

    // `from` shows that it was not made.
    const reply = await ask(call);
    expect(reply.status).toBeLessThan(300);
    const rows = await since(before);
    expect(rows).toHaveLength(1);
    const [method, path] = call;
    expect(rows[0]).toMatchObject({
      who: 'root',
      call: `${method} /admin/${path.split('?')[0]}`,
      what: expect.stringMatching(/^\P{Cc}+$/u),
      from: tried.from,
      to: tried.to,
    });
    expect(Object.keys(rows[0] ?? {}).toSorted()).toEqual(['at', 'call', 'from', 'number', 'to', 'what', 'who']);

    if (tried.again !== undefined) expect((await ask(tried.again(call, reply))).status).toBeLessThan(300);
    const { status } = await ask(tried.refused);
    expect([status >= 400 && status < 500, await since(before)]).toEqual([true, rows]);
    // Nor does a call without the key, or with another method.
    await ask([call[0], `${path}/nothing`]);
    expect((await callAdmin(call[0], path, call[2], { authorization: 'Bearer sk-somebody' })).status).toBe(401);
    expect(await since(before)).toEqual(rows);
  });

  it('and no reply holds a secret but the one that shows a key once', async () => {
    for (const { method, path } of ADMIN_ROUTES) {
      if (method === 'GET') await ask([method, path.slice(1).replace(':tenant', 'acme')]);
    }
    const configured = [...compose(env).config.aliases.values()].flatMap(({ deployments }) => deployments);
    for (const { apiKey } of configured) secrets.add(apiKey);
    secrets.add(compose(env).env.keySecret);
    // A key's hash finds its record.
    for (const secret of [...secrets]) secrets.add(await hashOfKey(secret));
    const all = replies.join('\n');
    expect(all).toContain('"entries":[{');
    for (const secret of secrets) {
      expect(secret.length).toBeGreaterThan(4);
      expect(all).not.toContain(secret);
    }
  });
});

describe('who', () => {
  const limit = (key: unknown, body: object) =>
    callAdmin('PUT', 'tenants/named/limits', { scope: 'tenant', ...body }, { authorization: `Bearer ${key}` });

  it('is the name of the admin key, also once it is revoked, and not what the call says', async () => {
    const { key, id } = (await callAdmin('POST', 'admin-keys', { name: 'ana on call', scope: 'operate' })).body;
    const { key: reader } = (await callAdmin('POST', 'admin-keys', { name: 'a dashboard', scope: 'read' })).body;
    const before = await newest();
    expect((await limit(key, { rps: 1, who: 'ben' })).status).toBe(200);
    expect((await limit(reader, { rps: 2 })).status).toBe(403);
    await callAdmin('DELETE', `admin-keys/${id}`);
    expect((await limit(key, { rps: 3 })).status).toBe(401);
    expect((await since(before)).map(({ who, what }) => [who, what])).toEqual([
      ['root', 'revoke the admin key ana on call'],
      ['ana on call', 'limits of named, tenant'],
    ]);
    const { body } = await callAdmin('GET', 'ledger/named/history');
    expect(body.changes).toMatchObject([{ who: 'ana on call (ben)', field: 'rps', to: 1 }]);
  });
});

describe('a log that does not answer', () => {
  const limit: Call = ['PUT', 'tenants/kept/limits', { scope: 'user:ana', rps: 3 }];
  const setLimits = async () => (await callAdmin('GET', 'ledger/kept')).body.limits;

  /** With a clock of its own, advanced once the call has come as far as it can. */
  async function late(call: Call, faulty: Parameters<typeof operatorsWith>[0]) {
    const clock = new TestClock();
    const app = appWith((composition) => ({
      ...operatorsWith(faulty)(composition),
      deps: { ...composition.deps, clock },
    }));
    const answering = app(call);
    await eventually(async () => {
      await clock.advance(5_000);
      expect(await Promise.race([answering, undefined])).toBeInstanceOf(Response);
    });
    return answering;
  }

  it('lets nothing be changed', async () => {
    const before = await newest();
    expect(await codeOf(await late(limit, { begin: never }))).toBe('503 audit_unavailable');
    expect(await setLimits()).toEqual([]);
    expect(await since(before)).toEqual([]);
    expect(log.mock.calls.flat().join()).toContain('"event":"operators_unreachable"');
  });

  it.each<[string, typeof fails]>([
    ['fails', fails],
    ['is silent', never],
  ])('once the change is made, leaves its row pending, under the request’s id: it %s', async (how, finish) => {
    const before = await newest();
    const reply = await late(['PUT', `tenants/kept/limits`, { scope: `user:${how}`, rps: 3 }], { finish });
    expect(reply.status).toBe(200);
    expect(await reply.json()).toMatchObject({ set: { rps: 3 } });
    const [row, ...others] = await since(before);
    expect([row, others]).toMatchObject([
      { pending: true, requestId: reply.headers.get('x-request-id'), from: null, to: null, who: 'root' },
      [],
    ]);
    expect(await setLimits()).toMatchObject(
      expect.arrayContaining([expect.objectContaining({ scope: `user:${how}` })]),
    );
  });

  it('is a 503 for callers who read it', async () => {
    const app = appWith(({ operators }) => ({
      operators: () =>
        ({ ...operatorsWith({})({ operators } as Composition).operators?.(), audit: fails }) as OperatorsCalls,
    }));
    expect(await codeOf(await app(['GET', 'audit']))).toBe('503 audit_unavailable');
  });
});

describe('a change that nobody knows the outcome of', () => {
  it('stays pending where the ledger is silent', async () => {
    const before = await newest();
    const clock = new TestClock();
    const ledger = { setLimits: never } as unknown as ReturnType<Composition['tenantLedger']>;
    const app = appWith(({ deps }) => ({ tenantLedger: () => ledger, deps: { ...deps, clock } }));
    const answering = app(['PUT', 'tenants/silent/limits', { scope: 'tenant', rps: 1 }]);
    // The row exists before the change is tried, and survives the object's death.
    await eventually(async () => expect(await since(before)).toMatchObject([{ pending: true }]));
    await evictDurableObject(env.OPERATORS.get(env.OPERATORS.idFromName('operators')));
    await eventually(async () => {
      await clock.advance(5_000);
      expect(await Promise.race([answering, undefined])).toBeInstanceOf(Response);
    });
    expect(await codeOf(await answering)).toBe('503 ledger_unavailable');
    const pending = { pending: true, call: 'PUT /admin/tenants/silent/limits', what: 'limits of silent, tenant' };
    expect(await since(before)).toMatchObject([pending]);
  });

  it('stays pending where making it fails', async () => {
    vi.spyOn(console, 'error').mockImplementationOnce(() => {});
    const before = await newest();
    const tenantRecords = { raise: fails } as unknown as Composition['tenantRecords'];
    const reply = await appWith(() => ({ tenantRecords }))(['DELETE', 'answers?tenant=acme']);
    expect(await codeOf(reply)).toBe('500 internal_error');
    expect(await since(before)).toMatchObject([{ pending: true, requestId: reply.headers.get('x-request-id') }]);
  });
});

describe('a cooldown that a drill has found alone', () => {
  it('is ended with a row of its own', async () => {
    const { config, healthBoard } = compose(env);
    const [deployment] = config.aliases.get('app/chat')?.deployments ?? [];
    const failure = { startedAt: Date.now(), result: 'server_error' as const, user: null };
    const reports = [
      { deployment: healthIdFor(deployment as Deployment, true), outcomes: [failure, failure, failure] },
    ];
    await healthBoard().report(reports, { allowedFails: 1, cooldownMs: 600_000 });
    const before = await newest();
    expect((await callAdmin('DELETE', 'cooldowns/a')).body).toMatchObject({ cleared: true });
    expect(await since(before)).toMatchObject([
      { from: { cooldown: null, drillCooldown: { cause: 'server_error' } }, to: { drillCooldown: null } },
    ]);
  });
});

describe('GET /admin/audit', () => {
  it('is paged from the newest on', async () => {
    const before = await newest();
    for (const rps of [1, 2, 3]) await callAdmin('PUT', 'tenants/paged/limits', { scope: 'tenant', rps });
    const seen: unknown[] = [];
    let next: number | null = null;
    do {
      const page = await audit(`?most=1${next === null ? '' : `&before=${next}`}`);
      seen.push(...page.entries.map(({ to }) => to));
      next = page.next;
    } while (next !== null && next > before + 1);
    expect(seen).toEqual([{ rps: 3 }, { rps: 2 }, { rps: 1 }]);
    expect((await audit('?before=1')).next).toBeNull();
  });

  it.each(['most=0', 'most=201', 'most=x', 'before=0', 'before=-1', 'after=1'])('refuses %s by name', async (query) => {
    const [name = ''] = query.split('=');
    const { status, body } = await callAdmin('GET', `audit?${query}`);
    expect([status, body.error?.param]).toEqual([400, name]);
  });
});
