/** `GET /v1/usage`: each credential reads its own limits out of its ledger, and writes nothing. */
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach, expect, it } from 'vitest';
import { createApp } from '../../worker/app.ts';
import { type Identity, LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import { type Composition, compose } from '../../worker/deps.ts';
import type { Deps } from '../../worker/ports.ts';
import { countRows } from './count-rows.ts';

const ORIGIN = 'http://localhost:3000';
const CALLERS: Record<string, Identity> = {
  'sk-server': { ...LOCAL_IDENTITY, tenant: 'acme', keyId: 'k1', browser: false, features: ['chat'] },
  'pk-page': { ...LOCAL_IDENTITY, tenant: 'acme', keyId: 'k2', kind: 'publishable', origins: [ORIGIN] },
};
const composed = compose(env);
let deps: Deps;
const ledger = () => composed.tenantLedger('acme');

async function ask(key: string, headers: Record<string, string> = {}) {
  const all: Composition = { ...composed, deps };
  const context = createExecutionContext();
  const request = new Request('http://localhost/v1/usage', { headers: { authorization: `Bearer ${key}`, ...headers } });
  const app = createApp(() => all);
  const response = await app(request as Request<unknown, IncomingRequestCfProperties>, env, context);
  await waitOnExecutionContext(context);
  const body = (await response.json()) as { limits?: Record<string, unknown>[]; error?: { code: string } };
  const told = body.limits?.map(({ scope, limit, resetMs, ...figures }) => [`${scope} ${limit}`, figures]);
  return { status: response.status, code: body.error?.code, told: told && Object.fromEntries(told), response };
}

beforeEach(async () => {
  const token: Identity = { ...LOCAL_IDENTITY, tenant: 'acme', keyId: 'k1', kind: 'token', user: 'ana' };
  const callRate = new (composed.deps.callRate.constructor as new () => Deps['callRate'])();
  deps = {
    ...composed.deps,
    ...{ callRate, showsProvider: ({ kind }) => kind === 'secret', events: () => {} },
    identities: { find: (key) => CALLERS[key] },
    tokens: { ...composed.deps.tokens, find: async () => ({ ok: true, value: token }) },
  };
  await ledger().setLimits('tenant', { monthlyMicroUsd: 100_000_000 }, 'test');
  await ledger().setLimits('user:ana', { dailyMicroUsd: 500_000, rps: 1, burst: 5 }, 'test');
  await ledger().setLimits('key:k2', { dailyMicroUsd: 2_000_000 }, 'test');
  await ledger().setLimits('user:bob', { dailyMicroUsd: 1 }, 'test');
  await ledger().adjust({ scope: 'user:ana', deltaMicroUsd: null, reason: 'test', who: 'test' } as never);
  await ledger().adjust({ scope: 'user:ana', deltaMicroUsd: 12_000, reason: 'test', who: 'test' } as never);
});

const ANA = { remainingRatio: 0.976, capUsd: 0.5, usedUsd: 0.012, remainingUsd: 0.488 };
const RATE = { remainingRatio: 1, cap: 5, used: 0, remaining: 5 };
const TENANT = { remainingRatio: 1, capUsd: 100, usedUsd: 0, remainingUsd: 100 };

it('shows a server its tenant, and the user that it names, and nobody else', async () => {
  const { told } = await ask('sk-server', { 'x-carryon-user': 'ana' });
  expect(told).toEqual({ 'tenant monthly': TENANT, 'user:ana daily': ANA, 'user:ana rps': RATE });
  expect((await ask('sk-server')).told).toEqual({ 'tenant monthly': TENANT });
});

it('shows a page its user, or its key, alone, and money as a share', async () => {
  expect((await ask('eyJh.b.c')).told).toEqual({ 'user:ana daily': { remainingRatio: 0.976 }, 'user:ana rps': RATE });
  const page = await ask('pk-page', { origin: ORIGIN });
  expect(page.told).toEqual({ 'key:k2 daily': { remainingRatio: 1 } });
  expect(page.response.headers.get('access-control-allow-origin')).toBe(ORIGIN);
});

it('writes no row', async () => {
  let stop = () => -1;
  await runInDurableObject(ledger(), (_, { storage }) => {
    stop = countRows(storage.sql);
  });
  await ask('sk-server', { 'x-carryon-user': 'nobody has heard of' });
  expect(stop()).toBe(0);
});

it('is refused by name: a user that a page may not name, too often, no ledger', async () => {
  expect((await ask('pk-page', { origin: ORIGIN, 'x-carryon-user': 'bob' })).status).toBe(403);
  expect((await ask('sk-nobody')).code).toBe('invalid_key');
  deps.ledger = { ...deps.ledger, usage: async () => Promise.reject(new Error('gone')) };
  expect((await ask('sk-server')).code).toBe('ledger_unavailable');
  for (let call = 0; call < 59; call++) await ask('sk-server');
  expect((await ask('sk-server')).code).toBe('rate_limit_exceeded');
});
