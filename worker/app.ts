/**
 * The HTTP edge ★ start here: paths, CORS, body limit, request ids, errors. What a request then goes through is
 * pipeline/answer.ts. A call from a server meets no middleware: its handler is the only one that Hono runs.
 */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../protocol/cors-headers.ts';
import type { RouterError } from '../protocol/errors.ts';
import { REQUEST_HEADERS } from '../protocol/headers.ts';
import type { DoorName } from '../protocol/question.ts';
import { adminRoutes } from './admin/routes.ts';
import { demoRoutes, isDemoCall } from './demo/routes.ts';
import type { Composition } from './deps.ts';
import { DOORS } from './doors/doors.ts';
import type { App } from './edge.ts';
import { featureList } from './endpoints/features.ts';
import { aliasModel, aliasModels, aliasNames } from './endpoints/models.ts';
import { nothingAt } from './endpoints/paths.ts';
import { loggedPath, logRequest } from './endpoints/request-log.ts';
import { serviceWorkerScript } from './endpoints/service-worker.ts';
import { mintToken } from './endpoints/tokens.ts';
import { takeReports } from './endpoints/travel-reports.ts';
import type { UncheckedEnv } from './env.ts';
import { answer } from './pipeline/answer.ts';
import { attachById, stopById } from './pipeline/attach.ts';
import { identifyCaller } from './pipeline/caller.ts';
import { mayCall, strangeHost } from './pipeline/local-mode.ts';
import { type RequestContext, Timing } from './pipeline/request-context.ts';
import { plainJson, refusal } from './pipeline/respond.ts';
import { resolveUser } from './pipeline/user.ts';

const refuse = (c: Context<App>, error: RouterError): Response => refusal(error, c.env.scope);

function createRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.onError((error, c) => {
    const { scope, composition } = c.env;
    // Where, but not the message: it may quote what the client or a provider sent. The names of storage and network faults may be told.
    const where = error.stack?.split('\n').slice(1, 6).join(' ') ?? '';
    const cause =
      /\b(?:SQLITE_[A-Z_]+|ENOSPC|EIO|EDQUOT|EROFS|EMFILE|ECONN[A-Z]+|ETIMEDOUT|KV [A-Z]+ failed: \d{3})\b/.exec(
        error.message,
      )?.[0] ?? null;
    const { requestId } = scope;
    const path = loggedPath(c.req.raw);
    composition.deps.events({ event: 'internal_error', requestId, path, reason: error.name, cause, where });
    return refuse(c, { code: 'internal_error' });
  });
  app.notFound((c) => {
    const { path } = c.req;
    return refuse(c, { code: 'not_found', path, detail: nothingAt(path) });
  });

  const only = (path: string, method: 'GET' | 'POST') =>
    app.all(path, (c) => refuse(c, { code: 'method_not_allowed', method: c.req.method, allow: [method] }));
  for (const door of Object.keys(DOORS) as DoorName[]) {
    for (const path of DOORS[door].paths) {
      app.post(path, (c) => chat(c, door));
      only(path, 'POST');
    }
  }
  app.get('/sw.js', (c) => serviceWorkerScript(c.req.raw, c.env.composition.deps, c.env.scope));
  only('/sw.js', 'GET');
  app.get('/healthz', (c) =>
    plainJson({ status: 'ok', configured: c.env.composition.notConfigured === undefined }, c.env.scope),
  );
  only('/healthz', 'GET');
  // The second for an SDK whose base URL lacks `/v1`, like the doors of chat.
  for (const path of ['/v1/models', '/models']) {
    app.get(path, (c) => models(c, undefined));
    app.get(`${path}/:alias{.+}`, (c) => models(c, c.req.param('alias')));
    only(path, 'GET');
    only(`${path}/:alias{.+}`, 'GET');
  }
  app.post('/v1/tokens', tokens);
  only('/v1/tokens', 'POST');
  app.get('/ai/features', features);
  only('/ai/features', 'GET');
  app.post('/ai/reports', reports);
  only('/ai/reports', 'POST');
  app.get('/ai/streams/:id', (c) => keptAnswer(c, 'attach'));
  app.delete('/ai/streams/:id', (c) => keptAnswer(c, 'stop'));
  app.all('/ai/streams/:id', (c) =>
    refuse(c, { code: 'method_not_allowed', method: c.req.method, allow: ['GET', 'DELETE'] }),
  );
  demoRoutes(app);
  adminRoutes(app);
  return app;
}

function chat(c: Context<App>, door: DoorName): Response | Promise<Response> {
  const { composition, scope } = c.env;
  const { notConfigured, deps } = composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  return answer(c.req.raw, door, deps, scope);
}

/** By its id, for whoever asked: the rest of it, or an end to it. */
async function keptAnswer(c: Context<App>, what: 'attach' | 'stop'): Promise<Response> {
  const { composition, scope } = c.env;
  const { notConfigured, deps } = composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  const { headers, signal } = c.req.raw;
  const identified = await identifyCaller(c.req.raw, 'read', deps, scope.background);
  if (!identified.ok) return refuse(c, identified.error);
  const { identity } = identified;
  const user = resolveUser(headers.get(REQUEST_HEADERS.user), undefined, identity);
  if (typeof user === 'object' && user !== null) return refuse(c, user);
  const [id, ask] = [c.req.param('id') ?? '', { identity, user, headers }];
  return what === 'stop' ? stopById(id, ask, deps, scope) : attachById(id, ask, signal, deps, scope);
}

async function models(c: Context<App>, alias: string | undefined): Promise<Response> {
  const { config, notConfigured, deps } = c.env.composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  const identified = await identifyCaller(c.req.raw, 'read', deps, c.env.scope.background);
  if (!identified.ok) return refuse(c, identified.error);
  const known = aliasNames(config, identified.identity);
  if (alias === undefined) return plainJson(aliasModels(known), c.env.scope);
  const model = aliasModel(known, alias);
  if (model !== undefined) return plainJson(model, c.env.scope);
  return refuse(c, { code: 'unknown_alias', alias: alias.slice(0, 100), known });
}

function tokens(c: Context<App>): Response | Promise<Response> {
  const { notConfigured, deps } = c.env.composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  return mintToken(c.req.raw, deps, c.env.scope);
}

async function features(c: Context<App>): Promise<Response> {
  const { notConfigured, deps } = c.env.composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  const identified = await identifyCaller(c.req.raw, 'read', deps, c.env.scope.background);
  if (!identified.ok) return refuse(c, identified.error);
  return plainJson(await featureList(identified.identity, deps), c.env.scope);
}

function reports(c: Context<App>): Response | Promise<Response> {
  const { notConfigured, deps } = c.env.composition;
  if (notConfigured !== undefined) return refuse(c, notConfigured);
  return takeReports(c.req.raw, deps, c.env.scope);
}

const CORS_PATHS = ['/v1/*', '/models/*', '/ai/*', '/healthz'];

/** The doors' paths that none of these patterns holds; a path under two of them would get its headers twice. */
const doorsBeside = (patterns: readonly string[]): string[] =>
  Object.values(DOORS)
    .flatMap(({ paths }) => paths)
    .filter((path) => !patterns.some((pattern) => `${path}/`.startsWith(pattern.replace('*', ''))));

/** The same routes for calls from pages: behind CORS, but for admin. */
function behindCors(routes: Hono<App>): Hono<App> {
  const pages = new Hono<App>();
  const allowed = cors({
    origin: (origin, c: Context<App>) => {
      const { env, config } = c.env.composition;
      return mayCall(origin, config.origins, env.local) ? origin : null;
    },
    allowHeaders: [...ALLOWED_HEADERS],
    allowMethods: ['GET', 'POST', 'DELETE', 'OPTIONS'],
    exposeHeaders: [...EXPOSED_HEADERS],
    maxAge: 86_400,
  });
  pages.use('*', async (c, next) => {
    await next();
    // A preflight is answered by CORS alone.
    if (c.req.method === 'OPTIONS') c.header('x-request-id', c.env.scope.requestId);
  });
  // Hono's `/ai/*` holds `/ai` too.
  for (const path of [...CORS_PATHS, ...doorsBeside(CORS_PATHS)]) pages.use(path, allowed);
  pages.all('*', (c) => routes.fetch(c.req.raw, c.env));
  return pages;
}

export function createApp(composed: (env: UncheckedEnv) => Composition): ExportedHandlerFetchHandler<UncheckedEnv> {
  const routes = createRoutes();
  const pages = behindCors(routes);
  return (request, env, ctx) => {
    const composition = composed(env);
    const { clock } = composition.deps;
    const arrivedAt = clock.now();
    const scope: RequestContext = {
      requestId: crypto.randomUUID(),
      arrivedAt,
      background: (work) => ctx.waitUntil(work),
      get gone() {
        return request.signal;
      },
      timing: new Timing(clock, arrivedAt),
    };
    if (composition.env.local) {
      const stranger = strangeHost(request, composition.config.localHosts);
      if (stranger !== undefined && !isDemoCall(request.url))
        return refusal({ code: 'misdirected_request', host: stranger.slice(0, 100) }, scope);
    }
    const answering = (request.headers.has('origin') ? pages : routes).fetch(request, { composition, scope });
    return composition.env.logsRequests ? logRequest(request, answering, composition.deps, scope) : answering;
  };
}
