import { adminCall } from './admin-call.ts';
import type { AdminTarget } from './admin-target.ts';

/**
 * Warns of a tenant that is named nowhere else and so is probably misspelt. It is no error, because limits may be set before a first key is
 * made.
 */
export async function warnOfUnknownTenant(target: AdminTarget, tenant: string): Promise<void> {
  const path = `/admin/requests?${new URLSearchParams({ tenant, most: '1' })}`;
  const refusal = await adminCall(target, 'GET', path).then(
    () => '',
    (error: Error) => error.message,
  );
  const [, names] = /^tenant: does not exist; (.*)$/s.exec(refusal) ?? [];
  if (names !== undefined)
    console.error(`warning: neither config, a key nor a request names the tenant "${tenant}"; ${names}`);
}
