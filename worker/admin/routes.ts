/** What an operator may do over HTTP. Closed until ADMIN_KEY is set; JSON in and out; never for pages (no CORS). */
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import type { App } from '../edge.ts';
import { refusal } from '../pipeline/respond.ts';
import { sameSecret } from '../stores/same-secret.ts';
import { listAlerts, testAlerts } from './alerts.ts';
import { purgeAnswers } from './answers.ts';
import { clearCooldown, listCooldowns } from './cooldowns.ts';
import { adjustLedger, revokeScope } from './corrections.ts';
import { createKey, listKeys, revokeKey } from './keys.ts';
import { ledgerHistory, viewLedger } from './ledger.ts';
import { putLimits } from './limits.ts';

export function adminRoutes(app: Hono<App>): void {
  const admin = new Hono<App>();
  admin.use(onlyAdmin);
  admin.post('/keys', createKey).get(listKeys);
  admin.delete('/keys/:id', revokeKey);
  admin.get('/cooldowns', listCooldowns);
  admin.delete('/cooldowns/:deployment', clearCooldown);
  admin.delete('/answers', purgeAnswers);
  admin.get('/alerts', listAlerts);
  admin.post('/alerts/test', testAlerts);
  admin.put('/tenants/:tenant/limits', putLimits);
  admin.get('/ledger/:tenant', viewLedger);
  admin.get('/ledger/:tenant/history', ledgerHistory);
  admin.post('/ledger/:tenant/adjustments', adjustLedger);
  admin.post('/ledger/:tenant/revocations', revokeScope);
  admin.all('/keys', (c) => wrongMethod(c, ['GET', 'POST']));
  admin.all('/keys/:id', (c) => wrongMethod(c, ['DELETE']));
  admin.all('/cooldowns', (c) => wrongMethod(c, ['GET']));
  admin.all('/cooldowns/:deployment', (c) => wrongMethod(c, ['DELETE']));
  admin.all('/answers', (c) => wrongMethod(c, ['DELETE']));
  admin.all('/alerts', (c) => wrongMethod(c, ['GET']));
  admin.all('/alerts/test', (c) => wrongMethod(c, ['POST']));
  admin.all('/tenants/:tenant/limits', (c) => wrongMethod(c, ['PUT']));
  for (const path of ['/ledger/:tenant', '/ledger/:tenant/history']) admin.all(path, (c) => wrongMethod(c, ['GET']));
  for (const path of ['adjustments', 'revocations']) {
    admin.all(`/ledger/:tenant/${path}`, (c) => wrongMethod(c, ['POST']));
  }
  app.route('/admin', admin);
}

const onlyAdmin: MiddlewareHandler<App> = async (c, next) => {
  const { adminKey } = c.env.composition.env;
  if (adminKey === undefined) return refusal({ code: 'admin_closed' }, c.env.scope);
  const sent = /^bearer +(\S+)\s*$/i.exec(c.req.header('authorization') ?? '')?.[1] ?? c.req.header('x-api-key');
  if (sent === undefined || !(await sameSecret(sent, adminKey)))
    return refusal({ code: 'invalid_admin_key' }, c.env.scope);
  return next();
};

const wrongMethod = (c: Context<App>, allow: string[]): Response =>
  refusal({ code: 'method_not_allowed', method: c.req.method, allow }, c.env.scope);
