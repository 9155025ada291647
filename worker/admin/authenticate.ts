/** Who makes an admin call. `ADMIN_KEY` is root. */
import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { Operator } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { sameSecret } from '../stores/same-secret.ts';

export type Authenticated = { ok: true; operator: Operator } | { ok: false; error: RouterError };

const ROOT: Operator = { id: 'root', name: 'root', scope: 'root' };

export async function authenticate(c: Context<App>): Promise<Authenticated> {
  const { adminKey } = c.env.composition.env;
  if (adminKey === undefined) return { ok: false, error: { code: 'admin_closed' } };
  const sent = /^bearer +(\S+)\s*$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.header('x-api-key');
  if (sent !== undefined && (await sameSecret(sent, adminKey))) return { ok: true, operator: ROOT };
  return { ok: false, error: { code: 'invalid_admin_key' } };
}
