/** The admin API. It is closed until ADMIN_KEY is set, speaks JSON, and is never open to pages (no CORS). */

import { type Context, Hono } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import { ok, type Result } from '../../protocol/result.ts';
import { check } from '../core/checked.ts';
import type { Operator } from '../core/operators/operators.ts';
import { scopeCovers } from '../core/operators/scope-covers.ts';
import type { App } from '../edge.ts';
import { refusalResponse } from '../response/plain.ts';
import { authenticate } from './authenticate.ts';
import { readBody } from './body.ts';
import { makeAuditedChange } from './change.ts';
import type { AdminCall, AdminRoute } from './route.ts';
import { ADMIN_ROUTES } from './table.ts';

/** Adds the admin API to the app. */
export function adminRoutes(app: Hono<App>): void {
  const admin = new Hono<App>();
  admin.use(async (c, next) => {
    const authenticated = await authenticate(c);
    if (!authenticated.ok) return refusalResponse(authenticated.error, c.env.context);
    c.set('operator', authenticated.value);
    return next();
  });
  for (const route of ADMIN_ROUTES) admin.on(route.method, route.path, (c) => answer(route, c, c.get('operator')));
  for (const [path, allow] of methodsByPath()) {
    admin.all(path, (c) => refusalResponse({ code: 'method_not_allowed', method: c.req.method, allow }, c.env.context));
  }
  app.route('/admin', admin);
}

function methodsByPath(): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of ADMIN_ROUTES) methods.set(path, [...(methods.get(path) ?? []), method]);
  return methods;
}

/** Answers one call. The scope is checked before any input is read. */
async function answer(route: AdminRoute, c: Context<App>, operator: Operator): Promise<Response> {
  const { context } = c.env;
  if (!scopeCovers(operator.scope, route.scope)) {
    return refusalResponse({ code: 'scope_not_allowed', needed: route.scope, has: operator.scope }, context);
  }
  const call = await checkedCall(route, c, operator);
  if (!call.ok) return refusalResponse(call.error, context);
  if (!route.changes) return route.handler(call.value);
  const change = await route.handler(call.value);
  return change instanceof Response ? change : makeAuditedChange(change, c, operator);
}

async function checkedCall(
  { params, query, body, example = '{}' }: AdminRoute,
  c: Context<App>,
  operator: Operator,
): Promise<Result<AdminCall<unknown, unknown, unknown>, RouterError>> {
  const { config, deps } = c.env.composition;
  const now = deps.clock.now();
  const ofPath = params && check(c.req.param(), params(config, now));
  if (ofPath?.ok === false) return ofPath;
  const ofQuery = query && check(c.req.query(), query(config, now));
  if (ofQuery?.ok === false) return ofQuery;
  const ofBody = body && (await readBody(c, body(config, now), example));
  if (ofBody?.ok === false) return ofBody;
  return ok({ c, operator, params: ofPath?.value, query: ofQuery?.value, body: ofBody?.value });
}
