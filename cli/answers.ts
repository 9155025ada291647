/** `npm run answers -- purge`: deletes cached answers of the router that `npm run keys` calls. */
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readFlags, requiredFlag } from './flags.ts';
import { runScript } from './run-script.ts';
import { warnOfUnknownTenant } from './unknown-tenant.ts';

const USAGE = `npm run answers -- purge --tenant NAME [--feature NAME]   deletes the cached answers of one feature, or of all

It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

await runScript({ usage: USAGE, commands: { purge } });

async function purge(args: string[]): Promise<void> {
  const { feature, ...flags } = readFlags(args, { tenant: { type: 'string' }, feature: { type: 'string' } });
  const tenant = requiredFlag('tenant', flags.tenant);
  const query = new URLSearchParams({ tenant, ...(feature !== undefined && { feature }) });
  const target = adminTarget(process.env);
  await adminCall(target, 'DELETE', `/admin/answers?${query}`);
  const what = feature === undefined ? 'all features' : `feature ${feature}`;
  console.log(
    `Deleted: the cached answers of ${what} of ${tenant}. Every isolate forgets them within a minute plus KV's own delay.`,
  );
  await warnOfUnknownTenant(target, tenant);
}
