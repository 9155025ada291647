import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY, LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import { isReference, type KINDS } from './subject.ts';

/** The tenant of the benchmark's virtual keys. */
const TENANT = 'bench';

type Kind = (typeof KINDS)[keyof typeof KINDS];

interface Reachable {
  port: number;
}

/** The burst is worth five seconds, as in the tier `team` of carryon.config.ts, because a slice admits for half of that time. */
const RATE = { rps: 100_000, burst: 500_000, parallel: 100_000 };
const BUDGETS = { monthlyUsd: 1e6, dailyUsd: 1e6 };
const TENANT_SCOPES = ['tenant', 'feature:chat', 'feature:summarize'];

/** The key of a subject's requests. If there is a ledger, limits are set in every scope of the requests, far above any load here.
 * Without limits the ledger would have nothing to check, and answers would have no `x-ratelimit-*` to send. */
export async function keyOf(subject: Reachable, { worker, key: keyKind, users }: Kind): Promise<string> {
  if (isReference(worker)) return LOCAL_CLIENT_KEY;
  if (keyKind === 'local') {
    await limit(subject, LOCAL_IDENTITY.tenant, TENANT_SCOPES);
    return LOCAL_CLIENT_KEY;
  }
  const { key, id } = await makeKey(subject);
  if (users === 0) return key;
  const names = users === 1 ? ['ana'] : Array.from({ length: users }, (_, user) => `user-${user}`);
  await limit(subject, TENANT, [...TENANT_SCOPES, `key:${id}`, ...names.map((name) => `user:${name}`)]);
  return key;
}

/** An admin key may make 60 calls at once. */
const CALLS_OF_A_KEY = 50;

async function limit(subject: Reachable, tenant: string, scopes: readonly string[]): Promise<void> {
  for (let from = 0; from < scopes.length; from += CALLS_OF_A_KEY) {
    const operator = await adminKey(subject, `bench ${from}`);
    const limited = scopes.slice(from, from + CALLS_OF_A_KEY).map((scope) => {
      const limits = { scope, ...BUDGETS, ...RATE, who: 'bench' };
      return administer(subject, 'PUT', `tenants/${tenant}/limits`, limits, operator);
    });
    await Promise.all(limited);
  }
}

const adminKey = async (subject: Reachable, name: string): Promise<string> =>
  (await administer<{ key: string }>(subject, 'POST', 'admin-keys', { name, scope: 'operate' })).key;

/** A secret key that a browser may use, without limits. */
export const pageKey = async (subject: Reachable): Promise<string> => (await makeKey(subject, { browser: true })).key;

const makeKey = (subject: Reachable, more = {}): Promise<{ key: string; id: string }> =>
  administer(subject, 'POST', 'keys', { tenant: TENANT, ...more });

async function administer<Reply>(
  { port }: Reachable,
  method: string,
  path: string,
  body: object,
  operator = LOCAL_ADMIN_KEY,
): Promise<Reply> {
  const response = await fetch(`http://127.0.0.1:${port}/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${operator}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} /admin/${path}: ${response.status} ${text}`);
  return JSON.parse(text) as Reply;
}
