/** Finds the caller of the admin API, and refuses keys that call too often. `ADMIN_KEY` is root and needs no look-up. */
import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result, refused } from '../../protocol/result.ts';
import { KEY_ID_DIGITS, parseAdminKey } from '../core/identity/key-format.ts';
import { ADMIN_RATE } from '../core/operators/admin-rate.ts';
import type { Operator } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { sameSecret } from '../stores/same-secret.ts';
import { hashOfKey, isGenuine } from '../stores/signed-key.ts';
import { askOperators, OPERATORS_SILENT } from './ask-operators.ts';

type Authenticated = Result<Operator, RouterError>;

const ROOT: Operator = { id: 'root', name: 'root', scope: 'root' };
const INVALID: Authenticated = refused({ code: 'invalid_admin_key' });

/** The caller of an admin call, or the error that refuses its key or its rate. */
export async function authenticate(c: Context<App>): Promise<Authenticated> {
  const { adminKey } = c.env.composition.env;
  if (adminKey === undefined) return refused({ code: 'admin_closed' });
  const sent = sentKey(c);
  if (sent === undefined) return INVALID;
  if (!(await sameSecret(sent, adminKey))) return withAdminKey(sent, c);
  return rateRefusal(ROOT.id, c) ?? ok(ROOT);
}

/** The credential of a call, unchecked. */
export const sentKey = (c: Context<App>): string | undefined =>
  /^bearer +(\S+)\s*$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.header('x-api-key');

/** Asks the object on each call, so that a revoked key is refused at once. A key that this router never made is refused without it. */
async function withAdminKey(sent: string, c: Context<App>): Promise<Authenticated> {
  const { keySecret, keySecretOld } = c.env.composition.env;
  const parts = parseAdminKey(sent);
  const secrets = [keySecret, keySecretOld ?? ''].filter((secret) => secret !== '');
  if (parts === undefined || !(await isGenuine(parts, secrets))) return INVALID;
  const hash = await hashOfKey(sent);
  const tooOften = rateRefusal(hash.slice(0, KEY_ID_DIGITS), c);
  if (tooOften !== undefined) return tooOften;
  const answered = await askOperators(c, (operators) => operators.adminKey(hash));
  if (answered === undefined) return refused(OPERATORS_SILENT);
  const record = answered.reply;
  if (record === undefined || record.revokedAt !== null) return INVALID;
  const { id, name, scope } = record;
  return ok({ id, name, scope });
}

/** Refuses a key that calls too often. A call counts even if it is refused later. */
function rateRefusal(keyId: string, c: Context<App>): Authenticated | undefined {
  const { adminRate, deps } = c.env.composition;
  const retryAfterMs = adminRate.take(keyId, deps.clock.now());
  if (retryAfterMs === 0) return undefined;
  const { burst: cap } = ADMIN_RATE;
  const says = { scope: 'admin-key', limit: 'rps', cap, retryAfterMs, neverFits: false } as const;
  return refused({ code: 'rate_limit_exceeded', ...says });
}
