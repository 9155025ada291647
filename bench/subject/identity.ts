import { LOCAL_ADMIN_KEY, LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import type { WorkerName } from './subject.ts';

/** Whom every request of the benchmark is charged to. */
export const TENANT = 'bench';

interface Reachable {
  port: number;
}

/** The bucket holds five seconds' worth, as the tier `team` of carryon.config.ts has it: a slice admits for half of that. */
const RATE = { rps: 100_000, burst: 500_000, parallel: 100_000 };
const BUDGETS = { monthlyUsd: 1e6, dailyUsd: 1e6 };

/** A virtual key, and limits that no load here reaches in all four scopes of a request: tenant, feature, key and user. Without
 * any, the ledger had nothing to check, and the answer no `x-ratelimit-*` to tell. `users`: ana, or as many as there are. */
export async function limitedKey(subject: Reachable, users: number): Promise<string> {
  const { key, id } = await makeKey(subject);
  const names = users === 1 ? ['ana'] : Array.from({ length: users }, (_, user) => `user-${user}`);
  const scopes = ['tenant', 'feature:chat', 'feature:summarize', `key:${id}`, ...names.map((name) => `user:${name}`)];
  for (let from = 0; from < scopes.length; from += CALLS_OF_A_KEY) {
    const operator = await adminKey(subject, `bench ${from}`);
    const limited = scopes.slice(from, from + CALLS_OF_A_KEY).map((scope) => {
      const limits = { scope, ...BUDGETS, ...RATE, who: 'bench' };
      return administer(subject, 'PUT', `tenants/${TENANT}/limits`, limits, operator);
    });
    await Promise.all(limited);
  }
  return key;
}

/** Each admin key may make 60 calls at once. */
const CALLS_OF_A_KEY = 50;

const adminKey = async (subject: Reachable, name: string): Promise<string> =>
  (await administer<{ key: string }>(subject, 'POST', 'admin-keys', { name, scope: 'operate' })).key;

/** For a Worker whose ledger is never asked, and for one that reads no keys at all. */
export async function unlimitedKey(subject: Reachable, worker: WorkerName): Promise<string> {
  return worker === 'bare' ? LOCAL_CLIENT_KEY : (await makeKey(subject)).key;
}

/** For a page: a secret key that a browser may use, without limits. */
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
  const said = await response.text();
  if (!response.ok) throw new Error(`${method} /admin/${path}: ${response.status} ${said}`);
  return JSON.parse(said) as Reply;
}
