import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { AdminRoute } from '../../worker/admin/route.ts';
import { ADMIN_ROUTES } from '../../worker/admin/table.ts';
import { createApp } from '../../worker/app.ts';
import type { AdminScope } from '../../worker/core/operators/operators.ts';
import { compose } from '../../worker/deps.ts';
import { patiently } from '../support/patiently.ts';
import { AUDIT_CASES } from './audit-cases.ts';
import { type AdminReply, callAdmin } from './call-admin.ts';

const SMALLER: Readonly<Record<AdminScope, AdminScope[]>> = { read: [], operate: ['read'], root: ['read', 'operate'] };
const KEYS = { root: 'sk-local-admin-key' } as Record<AdminScope, string>;

/** Existing and missing values for the parameters of a path. */
const EXISTING: Record<string, string> = {
  tenant: 'acme',
  deployment: 'a',
  feature: 'support',
  alias: 'app%2Fchat',
  month: '2026-11',
};
const UNKNOWN: Record<string, string> = {
  tenant: 'nobody',
  deployment: 'zzz',
  feature: 'chess',
  alias: 'no%2Fsuch',
  month: '2026-13',
  id: 'f'.repeat(20),
};

beforeAll(async () => {
  for (const scope of ['read', 'operate'] as const) {
    const { body } = await callAdmin('POST', 'admin-keys', { name: `holder of ${scope}`, scope });
    KEYS[scope] = String(body.key);
    EXISTING.id = String(body.id);
  }
  await callAdmin('PUT', 'tenants/acme/limits', { scope: 'tenant', monthlyUsd: 5 });
});

const pathOf = ({ path }: AdminRoute, values: Record<string, string>) =>
  path.replace(/:(\w+)/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new Error(`say what there is for :${name}`);
    return value;
  });

const app = createApp(compose);

/** In this isolate, so that the request itself can be inspected afterwards. */
async function ask(route: AdminRoute, values: Record<string, string>, key: string, body?: BodyInit) {
  const requests: Request[] = [];
  const response = await patiently(async () => {
    const request = new Request(`http://localhost/admin${pathOf(route, values)}`, {
      method: route.method,
      headers: { authorization: `Bearer ${key}` },
      ...(route.method !== 'GET' && body !== undefined && { body }),
    });
    requests.push(request);
    return app(request as Parameters<typeof app>[0], env, createExecutionContext());
  });
  const { error } = (await response.json()) as { error?: { code: string; message: string; param: string | null } };
  return { status: response.status, error, wasRead: requests.some(({ bodyUsed }) => bodyUsed) };
}

const TOO_SMALL = ADMIN_ROUTES.flatMap((route) => SMALLER[route.scope].map((has) => [route, has] as const));

describe('a scope that is too small', () => {
  it.each(TOO_SMALL.map(([route, has]) => [`${route.method} /admin${route.path}`, has, route] as const))(
    '%s refuses %s by name, whatever is asked for, before the body',
    async (_, has, route) => {
      const needed = route.scope === 'root' ? '"root" \\(ADMIN_KEY itself\\)' : `"${route.scope}"`;
      const refused = {
        status: 403,
        wasRead: false,
        error: {
          code: 'scope_not_allowed',
          param: null,
          message: expect.stringMatching(new RegExp(`needs the scope ${needed}; this admin key has "${has}"`)),
        },
      };
      for (const values of [EXISTING, UNKNOWN]) {
        for (const body of [undefined, '{', JSON.stringify({ name: 'x' }), 'x'.repeat(70_000)]) {
          expect(await ask(route, values, KEYS[has], body)).toMatchObject(refused);
        }
      }
    },
  );

  it.each(ADMIN_ROUTES.map((route) => [`${route.method} /admin${route.path}`, route] as const))(
    '%s refuses nobody whose scope is large enough, and no client at all',
    async (_, route) => {
      const { key } = (await callAdmin('POST', 'keys', { tenant: 'acme' })).body;
      for (const has of (['read', 'operate', 'root'] as const).filter(
        (scope) => !SMALLER[route.scope].includes(scope),
      )) {
        const { error } = await ask(route, UNKNOWN, KEYS[has]);
        expect(['scope_not_allowed', 'invalid_admin_key']).not.toContain(error?.code);
      }
      const otherEnd = KEYS.operate.endsWith('_') ? '-' : '_';
      for (const wrong of [String(key), `${KEYS.operate.slice(0, -1)}${otherEnd}`, `ak-${String(key).slice(3)}`]) {
        expect(await ask(route, EXISTING, wrong)).toMatchObject({ status: 401, error: { code: 'invalid_admin_key' } });
      }
    },
  );
});

describe('what a read key sees', () => {
  it('holds no secret, whatever it asks for', async () => {
    const client = await callAdmin('POST', 'keys', { tenant: 'acme', name: 'a key' });
    const page = await callAdmin('POST', 'keys', {
      ...{ tenant: 'acme', kind: 'publishable', origins: ['https://app.example'] },
    });
    const admin = await callAdmin('POST', 'admin-keys', { name: 'ana', scope: 'operate' });
    await callAdmin('DELETE', `admin-keys/${admin.body.id}`);
    // Every kind of change leaves a trace, in the log too.
    const changed: AdminReply[] = [];
    for (const { prepare, change } of Object.values(AUDIT_CASES)) {
      await prepare?.();
      changed.push(await callAdmin(...(typeof change === 'function' ? await change() : change)));
    }
    for (const { status } of changed) expect(status).toBeLessThan(300);
    const shownOnce = [client, page, admin, ...changed].filter(({ body }) => body.key !== undefined);
    const made = shownOnce.map(({ body }) => String(body.key));
    const composition = compose(env);
    const providers = [...composition.config.aliases.values()].flatMap(({ deployments }) =>
      deployments.flatMap(({ apiKey, apiBase }) => [apiKey, apiBase]),
    );
    const { keySecret, adminKey } = composition.env;
    const secrets = [...made, KEYS.read, KEYS.operate, ...providers, keySecret, adminKey ?? ''];
    expect(secrets.every((secret) => secret.length >= 8)).toBe(true);

    let searched = 0;
    for (const route of ADMIN_ROUTES) {
      for (const values of [
        { ...EXISTING, id: String(client.body.id) },
        { ...UNKNOWN, id: made[0] ?? '' },
      ]) {
        const authorization = `Bearer ${KEYS.read}`;
        const { headers, body } = await callAdmin(route.method, pathOf(route, values).slice(1), undefined, {
          authorization,
        });
        const text = JSON.stringify([body, ...headers]);
        searched++;
        for (const secret of secrets) expect(text).not.toContain(secret);
        // Nor the secret part of a key.
        for (const key of made) expect(text).not.toContain(key.slice(3, 27));
      }
    }
    expect(searched).toBe(2 * ADMIN_ROUTES.length);
    expect(JSON.stringify((await callAdmin('GET', 'admin-keys')).body)).toContain('"name":"ana"');
  });
});
