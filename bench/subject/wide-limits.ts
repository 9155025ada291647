import { LOCAL_ADMIN_KEY, LOCAL_IDENTITY } from '../../worker/core/identity/identity.ts';
import type { Subject } from './subject.ts';

const RATE = { rps: 100_000, burst: 100_000, parallel: 100_000 };
const WIDE_LIMITS = [
  { scope: 'tenant', monthlyUsd: 1e6, dailyUsd: 1e6, ...RATE },
  { scope: 'feature:chat', monthlyUsd: 1e6 },
  { scope: 'anonymous', dailyUsd: 1e6, ...RATE },
];

/** Limits that no load here reaches. Without any, the ledger had nothing to check, and the answer no `x-ratelimit-*` to tell. */
export async function setWideLimits({ port }: Subject): Promise<void> {
  for (const limits of WIDE_LIMITS) {
    const response = await fetch(`http://127.0.0.1:${port}/admin/tenants/${LOCAL_IDENTITY.tenant}/limits`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${LOCAL_ADMIN_KEY}`, 'content-type': 'application/json' },
      body: JSON.stringify({ ...limits, who: 'bench' }),
    });
    const said = await response.text();
    if (response.status !== 200) throw new Error(`limits of ${limits.scope}: ${response.status} ${said}`);
  }
}
