/** `npm run keys -- create|list|revoke|token|…-admin`: virtual keys and admin keys of the local router, or with CARRYON_URL and ADMIN_KEY of another one. */
import { durationMs } from '../worker/core/config/duration.ts';
import { LOCAL_CLIENT_KEY } from '../worker/core/identity/identity.ts';
import { LONGEST_SECONDS } from '../worker/core/identity/token-request.ts';
import { adminCall } from './admin-call.ts';
import { adminTarget } from './admin-target.ts';
import { readFlags, requiredFlag, UsageError } from './flags.ts';
import { createAdmin, listAdmin, revokeAdmin } from './keys/admin-keys.ts';
import { operatorName } from './operator.ts';
import { runScript } from './run-script.ts';

const USAGE = `npm run keys -- create --tenant NAME [--name TEXT] [--expires 30d] [--user ID] [--feature NAME …] [--tier NAME] [--browser]
npm run keys -- create --tenant NAME --publishable --origin https://app.example.com [--origin …] [--user ID] [--feature NAME …] [--name TEXT] [--expires 30d]
npm run keys -- list [--tenant NAME] [--json]
npm run keys -- revoke ID
npm run keys -- token --user ID [--feature NAME …] [--expires 15m]   (for npm start only; elsewhere: POST /v1/tokens with a secret key)
npm run keys -- create-admin --name NAME --scope read|operate   (another operator besides root; needs root's ADMIN_KEY)
npm run keys -- list-admin [--json]
npm run keys -- revoke-admin ID

It calls the router on this machine (at PORT, or where it was last started) with ADMIN_KEY of .dev.vars, or with the well-known local key.
ADMIN_KEY of the environment is sent to CARRYON_URL only: CARRYON_URL=https://carryon.example.workers.dev ADMIN_KEY=…`;

const CREATE_FLAGS = {
  tenant: { type: 'string' },
  name: { type: 'string' },
  expires: { type: 'string' },
  user: { type: 'string' },
  feature: { type: 'string', multiple: true },
  tier: { type: 'string' },
  browser: { type: 'boolean' },
  publishable: { type: 'boolean' },
  origin: { type: 'string', multiple: true },
} as const;

const TOKEN_FLAGS = {
  user: { type: 'string' },
  feature: { type: 'string', multiple: true },
  expires: { type: 'string' },
} as const;

interface Key {
  id: string;
  tenant: string;
  kind: string;
  name: string | null;
  expiresAt: number | null;
  user: string | null;
  features: string[] | null;
  tier: string | null;
  browser: boolean;
  origins: string[];
  createdAt: number;
  revokedAt: number | null;
}

const COMMANDS = {
  ...{ create, list, revoke, token },
  ...{ 'create-admin': createAdmin, 'list-admin': listAdmin, 'revoke-admin': revokeAdmin },
};

await runScript({ usage: USAGE, commands: COMMANDS });

async function create(args: string[]): Promise<void> {
  const { tenant, name, expires, user, feature, tier, browser, publishable, origin } = readFlags(args, CREATE_FLAGS);
  const key = await adminCall<Key & { key: string; warnings?: string[] }>(
    adminTarget(process.env),
    'POST',
    '/admin/keys',
    {
      tenant: requiredFlag('tenant', tenant),
      ...(publishable && { kind: 'publishable' }),
      ...(name !== undefined && { name }),
      ...(expires !== undefined && { expiresInSeconds: secondsOf(expires) }),
      ...(user !== undefined && { user }),
      ...(feature !== undefined && { features: feature }),
      ...(tier !== undefined && { tier }),
      ...(browser && { browser }),
      ...(origin !== undefined && { origins: origin }),
    },
  );
  console.log(key.key);
  console.error(`Shown once. Its id is ${key.id}, its tenant ${key.tenant}.${expiryText(key)}`);
  for (const warning of key.warnings ?? []) console.error(`warning: ${warning}`);
}

async function token(args: string[]): Promise<void> {
  const { user, feature, expires } = readFlags(args, TOKEN_FLAGS);
  const whose = requiredFlag('user', user);
  if (process.env.CARRYON_URL)
    throw new Error(
      'CARRYON_URL is set, but this command calls only the router of npm start. Unset it, or send POST /v1/tokens with a secret key.',
    );
  const hint = 'This command calls the router of npm start. Elsewhere, send POST /v1/tokens with a secret key.';
  const target = { ...adminTarget(process.env), adminKey: LOCAL_CLIENT_KEY, hint };
  const made = await adminCall<{ token: string; expiresAt: number }>(target, 'POST', '/v1/tokens', {
    user: whose,
    ...(feature !== undefined && { features: feature }),
    ...(expires !== undefined && { ttlSeconds: tokenSecondsOf(expires) }),
  });
  console.log(made.token);
  console.error(`For ${whose}, until ${new Date(made.expiresAt).toISOString()}.`);
}

function expiryText({ expiresAt }: Key): string {
  return expiresAt == null ? '' : ` It expires at ${new Date(expiresAt).toISOString()}.`;
}

function secondsOf(text: string): number {
  const ms = durationMs(text);
  if (ms === undefined || ms < 1_000) throw new UsageError(`--expires ${text} is not a duration; write "12h" or "30d"`);
  return Math.round(ms / 1_000);
}

function tokenSecondsOf(text: string): number {
  const seconds = secondsOf(text);
  if (seconds > LONGEST_SECONDS) throw new UsageError(`--expires ${text} is too long: a token lives an hour at most`);
  return seconds;
}

async function list(args: string[]): Promise<void> {
  const { tenant, json } = readFlags(args, { tenant: { type: 'string' }, json: { type: 'boolean' } });
  const target = adminTarget(process.env);
  const found: Key[] = [];
  let cursor: string | null = null;
  let count = 0;
  do {
    const query: string = cursor === null ? '' : `?cursor=${encodeURIComponent(cursor)}`;
    const page: { keys: Key[]; cursor: string | null } = await adminCall(target, 'GET', `/admin/keys${query}`);
    const shown = page.keys.filter((key) => tenant === undefined || key.tenant === tenant);
    if (json) found.push(...shown);
    else for (const key of shown) console.log(keyLine(key));
    count += shown.length;
    cursor = page.cursor;
  } while (cursor !== null);
  if (json) console.log(JSON.stringify(found, null, 2));
  const whose = tenant === undefined ? '' : ` of ${tenant}`;
  if (count === 0) console.error(`No keys${whose} yet; npm run keys -- create --tenant ${tenant ?? 'NAME'} makes one`);
}

function keyLine({ id, tenant, kind, name, createdAt, revokedAt, expiresAt, ...key }: Key): string {
  const uses = [
    key.user !== null && `user ${key.user}`,
    key.features !== null && `features ${key.features.join(' ')}`,
    key.tier !== null && `tier ${key.tier}`,
    key.browser && 'browser',
    key.origins.length > 0 && `origins ${key.origins.join(' ')}`,
  ].filter(Boolean);
  const ends = expiresAt == null ? '' : `  ${expiresAt <= Date.now() ? 'expired' : 'expires'} ${day(expiresAt)}`;
  const state = revokedAt === null ? ends : `  revoked ${day(revokedAt)}`;
  const called = name == null ? '' : `  "${name}"`;
  return `${id}  ${tenant}  ${kind}${called}  made ${day(createdAt)}${state}${uses.length === 0 ? '' : `  ${uses.join(', ')}`}`;
}

async function revoke([id, ...rest]: string[]): Promise<void> {
  readFlags(id?.startsWith('-') ? [id, ...rest] : rest, {});
  if (id === undefined) throw new UsageError('The id of the key is missing; npm run keys -- list shows it');
  const who = operatorName(undefined);
  const query = who === undefined ? '' : `?who=${encodeURIComponent(who)}`;
  const path = `/admin/keys/${encodeURIComponent(id)}${query}`;
  const { ledgerTold } = await adminCall<{ ledgerTold: boolean }>(adminTarget(process.env), 'DELETE', path);
  console.log(`${id} is revoked. Isolates that have it in memory forget it within a minute plus KV's own delay.`);
  if (ledgerTold) return console.log("Its tenant's ledger grants it nothing from now on, wherever it is used.");
  console.error("Its tenant's ledger did not answer: run this again, so that it grants the key nothing from now on.");
  process.exitCode = 1;
}

function day(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10);
}
