/** `npm run keys -- create-admin | list-admin | revoke-admin`: operators' keys, which only root may make and revoke. */
import type { AdminKeyRecord } from '../../worker/core/operators/operators.ts';
import { adminCall } from '../admin-call.ts';
import { adminTarget } from '../admin-target.ts';
import { readFlags, requiredFlag, UsageError } from '../flags.ts';
import { utc } from '../times.ts';

const CREATE_FLAGS = { name: { type: 'string' }, scope: { type: 'string' } } as const;

export async function createAdmin(args: string[]): Promise<void> {
  const { name, scope } = readFlags(args, CREATE_FLAGS);
  if (scope !== 'read' && scope !== 'operate') {
    const wrong = scope === undefined ? '--scope is missing' : `There is no scope "${scope}"`;
    throw new UsageError(`${wrong}: write --scope read (sees everything) or --scope operate (also makes changes)`);
  }
  const target = adminTarget(process.env);
  const body = { name: requiredFlag('name', name), scope };
  const made = await adminCall<AdminKeyRecord & { key: string }>(target, 'POST', '/admin/admin-keys', body);
  console.log(made.key);
  console.error(`Shown once. Its id is ${made.id}, its scope ${made.scope}.`);
  console.error(`Its holder sets it as ADMIN_KEY, together with CARRYON_URL=${target.url}.`);
}

export async function listAdmin(args: string[]): Promise<void> {
  const { json } = readFlags(args, { json: { type: 'boolean' } });
  const { keys } = await adminCall<{ keys: AdminKeyRecord[] }>(adminTarget(process.env), 'GET', '/admin/admin-keys');
  if (json) return console.log(JSON.stringify(keys, null, 2));
  if (keys.length === 0)
    console.error('No admin keys yet, only root; npm run keys -- create-admin --name NAME --scope read makes one');
  for (const key of keys) console.log(adminKeyLine(key));
}

export function adminKeyLine({ id, name, scope, createdAt, revokedAt }: AdminKeyRecord): string {
  const revoked = revokedAt === null ? '' : `  revoked ${utc(revokedAt)}`;
  return `${id}  "${name}"  ${scope}  made ${utc(createdAt)}${revoked}`;
}

export async function revokeAdmin([id, ...rest]: string[]): Promise<void> {
  readFlags(id?.startsWith('-') ? [id, ...rest] : rest, {});
  if (id === undefined) throw new UsageError('The id of the admin key is missing; npm run keys -- list-admin shows it');
  await adminCall(adminTarget(process.env), 'DELETE', `/admin/admin-keys/${encodeURIComponent(id)}`);
  console.log(`${id} is revoked. Calls with it are refused from now on.`);
}
