/** `npm run answers -- purge`: deletes cached answers of the router that `npm run keys` calls. */
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readFlags, UsageError } from './flags.ts';
import { exitWithError } from './shutdown.ts';

const USAGE = `npm run answers -- purge --tenant NAME [--feature NAME]   of one feature, or of all

It calls the router on this machine (at PORT, or where it was last started), or another one with CARRYON_URL and ADMIN_KEY, as npm run keys does.`;

try {
  await run(process.argv.slice(2));
} catch (error) {
  exitWithError(error);
}

async function run([command, ...args]: string[]): Promise<void> {
  if (command !== 'purge') {
    if (command !== undefined) readFlags([command], {}, USAGE);
    throw new UsageError('Say what to do with answers: purge', USAGE);
  }
  const { tenant, feature } = readFlags(args, { tenant: { type: 'string' }, feature: { type: 'string' } }, USAGE);
  if (tenant === undefined) throw new UsageError('Name the tenant: --tenant acme', USAGE);
  const query = new URLSearchParams({ tenant, ...(feature !== undefined && { feature }) });
  await adminCall(adminTarget(process.env), 'DELETE', `/admin/answers?${query}`);
  const what = feature === undefined ? 'all features' : `feature ${feature}`;
  console.log(
    `Deleted: the cached answers of ${what} of ${tenant}. Every isolate forgets them within a minute plus KV's own delay.`,
  );
}
