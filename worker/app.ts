/**
 * The HTTP edge ★ start here: paths, CORS, request ids, errors. The steps that a question then goes through are in pipeline/answer.ts.
 * A call from a server runs no middleware: its handler is the only one that Hono runs.
 */
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { ALLOWED_HEADERS, EXPOSED_HEADERS } from '../protocol/cors-headers.ts';
import type { RouterError } from '../protocol/errors.ts';
import type { DoorName } from '../protocol/question.ts';
import { ok, type Result } from '../protocol/result.ts';
import { scrape } from './admin/metrics.ts';
import { adminRoutes } from './admin/routes.ts';
import { demoRoutes, isDemoCall } from './demo/routes.ts';
import type { Composition } from './deps.ts';
import { DOORS } from './doors/doors.ts';
import { type App, type Edge, route } from './edge.ts';
import { callerOf } from './endpoints/caller.ts';
import { featureList } from './endpoints/features.ts';
import { takeFeedback } from './endpoints/feedback.ts';
import { aliasModel, aliasModels, aliasNames } from './endpoints/models.ts';
import { notFoundText } from './endpoints/paths.ts';
import { publicPromises } from './endpoints/promises.ts';
import { loggedPath, logRequest } from './endpoints/request-log.ts';
import { originOf, serviceWorkerScript } from './endpoints/service-worker.ts';
import { takeFigures } from './endpoints/sli.ts';
import { mintToken } from './endpoints/tokens.ts';
import { takeReports } from './endpoints/travel-reports.ts';
import { usage } from './endpoints/usage.ts';
import type { UncheckedEnv } from './env.ts';
import { HttpContext } from './http-context.ts';
import { mayCall, strangeHost } from './identity/local-mode.ts';
import { answer } from './pipeline/answer.ts';
import { attachById, type IdAsk, stopById } from './pipeline/attach.ts';
import { identifyCaller } from './pipeline/identify.ts';
import { refusedOutcome } from './pipeline/outcome.ts';
import { OpenRecord } from './pipeline/record.ts';
import type { RequestContext } from './pipeline/request.ts';
import { respond } from './pipeline/respond.ts';
import { noContent, plainJson, refusalResponse } from './response/plain.ts';

const refuse = (c: Context<App>, error: RouterError): Response => refusalResponse(error, c.env.context);

type Handler = (c: Context<App>, composition: Composition, context: RequestContext) => Response | Promise<Response>;

/** Answers a question. Its steps continue when the client leaves, so that its record is closed. */
function ask(c: Context<App>, door: DoorName): Response | Promise<Response> {
  const { composition, context } = c.env;
  const { deps, notConfigured } = composition;
  if (notConfigured !== undefined) return refuseQuestion(notConfigured, door, deps, context);
  const answering = answer(c.req.raw, door, deps, context);
  context.background(answering.catch(() => {}));
  return answering;
}

/** Refuses a question before its first step. It gets a record too. */
function refuseQuestion(
  error: RouterError,
  door: DoorName,
  deps: Composition['deps'],
  context: RequestContext,
): Response {
  const record = new OpenRecord(door, deps, context);
  return respond(refusedOutcome(error), { seesProvider: false }, deps, context, record);
}

/** Refuses a request in local mode whose host name is not this machine's. */
function misdirected(
  { method, url }: Request,
  host: string,
  deps: Composition['deps'],
  context: RequestContext,
): Response {
  const error: RouterError = { code: 'misdirected_request', host: host.slice(0, 100) };
  const door = method === 'POST' ? DOOR_AT.get(URL.parse(url)?.pathname ?? '') : undefined;
  return door === undefined ? refusalResponse(error, context) : refuseQuestion(error, door, deps, context);
}

const DOOR_NAMES = Object.keys(DOORS) as DoorName[];
const DOOR_AT = new Map(DOOR_NAMES.flatMap((door) => DOORS[door].paths.map((path) => [path, door] as const)));

/** The handler of a path that refuses every request until all secrets are set. */
const configured =
  (handler: Handler) =>
  (c: Context<App>): Response | Promise<Response> => {
    const { composition, context } = c.env;
    const { notConfigured } = composition;
    return notConfigured === undefined ? handler(c, composition, context) : refusalResponse(notConfigured, context);
  };

/** Answers a request that failed because of our own bug. The log gets the stack, but not the message, which may quote private text. */
function internalError(error: Error, request: Request, { context, composition }: Edge): Response {
  const where = error.stack?.split('\n').slice(1, 6).join(' ') ?? '';
  // The names of storage and network faults may be logged.
  const cause =
    /\b(?:SQLITE_[A-Z_]+|ENOSPC|EIO|EDQUOT|EROFS|EMFILE|ECONN[A-Z]+|ETIMEDOUT|KV [A-Z]+ failed: \d{3})\b/.exec(
      error.message,
    )?.[0] ?? null;
  const { requestId } = context;
  const path = loggedPath(request);
  composition.deps.events({ event: 'internal_error', requestId, path, reason: error.name, cause, where });
  return refusalResponse({ code: 'internal_error' }, context);
}

/** workerd passes on any Host header that it is sent, and `OPTIONS *`. */
const NO_ADDRESS = 'This request has no address. Its Host header must name a host, and its path must begin with "/".';

function createRoutes(): Hono<App> {
  const app = new Hono<App>();
  app.onError((error, c) => internalError(error, c.req.raw, c.env));
  app.notFound((c) => {
    if (originOf(c.req.raw) === undefined)
      return refuse(c, { code: 'misdirected_request', host: '', detail: NO_ADDRESS });
    const { path } = c.req;
    return refuse(c, { code: 'not_found', path, detail: notFoundText(path) });
  });

  for (const [path, door] of DOOR_AT) route(app, path, { POST: (c) => ask(c, door) });
  route(app, '/sw.js', { GET: (c) => serviceWorkerScript(c.req.raw, c.env.composition.deps, c.env.context) });
  route(app, '/healthz', { GET: health });
  route(app, '/metrics', { GET: scrape });
  route(app, '/slo', { GET: configured((c) => publicPromises(c.req.query(), c.env.composition, c.env.context)) });
  // The second path is for SDKs whose base URL lacks `/v1`. The chat doors have such a path too.
  for (const path of ['/v1/models', '/models']) {
    route(app, path, { GET: configured((c) => models(c, undefined)) });
    route(app, `${path}/:alias{.+}`, { GET: configured((c) => models(c, c.req.param('alias'))) });
  }
  route(app, '/v1/tokens', { POST: configured((c, { deps }, context) => mintToken(c.req.raw, deps, context)) });
  route(app, '/v1/feedback', { POST: configured((c, { deps }, context) => takeFeedback(c.req.raw, deps, context)) });
  route(app, '/v1/sli', { POST: configured((c, { deps }, context) => takeFigures(c.req.raw, deps, context)) });
  route(app, '/v1/usage', { GET: configured((c, { deps }, context) => usage(c.req.raw, deps, context)) });
  route(app, '/ai/features', { GET: configured(features) });
  route(app, '/ai/reports', { POST: configured((c, { deps }, context) => takeReports(c.req.raw, deps, context)) });
  route(app, '/ai/streams/:id', { GET: configured(restOfAnswer), DELETE: configured(stopAnswer) });
  demoRoutes(app);
  adminRoutes(app);
  return app;
}

const health = (c: Context<App>): Response =>
  plainJson({ status: 'ok', configured: c.env.composition.notConfigured === undefined }, c.env.context);

/** `GET /ai/streams/:id`: sends the events after the one that the caller has seen. */
async function restOfAnswer(c: Context<App>, { deps }: Composition, context: RequestContext): Promise<Response> {
  const asking = await askedById(c);
  if (!asking.ok) return refuse(c, asking.error);
  const kept = await attachById(c.req.param('id') ?? '', asking.value, c.req.raw.signal, deps);
  if (!kept.ok) return refuse(c, kept.error);
  return respond(kept.value, { seesProvider: deps.showsProvider(asking.value.identity) }, deps, context);
}

/** `DELETE /ai/streams/:id`: stops the run of the answer. */
async function stopAnswer(c: Context<App>, { deps }: Composition, context: RequestContext): Promise<Response> {
  const asking = await askedById(c);
  if (!asking.ok) return refuse(c, asking.error);
  const stopped = await stopById(c.req.param('id') ?? '', asking.value, deps);
  if (!stopped.ok) return refuse(c, stopped.error);
  const { status } = stopped.value;
  return status === 204 ? noContent(context) : respond(stopped.value, { seesProvider: false }, deps, context);
}

async function askedById(c: Context<App>): Promise<Result<IdAsk, RouterError>> {
  const { composition, context } = c.env;
  const caller = await callerOf(c.req.raw, composition.deps, context.background);
  return caller.ok ? ok({ ...caller.value, headers: c.req.raw.headers }) : caller;
}

async function models(c: Context<App>, alias: string | undefined): Promise<Response> {
  const { config, deps } = c.env.composition;
  const identified = await identifyCaller(c.req.raw, 'read', deps, c.env.context.background);
  if (!identified.ok) return refuse(c, identified.error);
  const known = aliasNames(config, identified.value);
  if (alias === undefined) return plainJson(aliasModels(known), c.env.context);
  const model = aliasModel(known, alias);
  if (model !== undefined) return plainJson(model, c.env.context);
  return refuse(c, { code: 'unknown_alias', alias: alias.slice(0, 100), known });
}

async function features(c: Context<App>, { deps }: Composition, context: RequestContext): Promise<Response> {
  const identified = await identifyCaller(c.req.raw, 'read', deps, context.background);
  if (!identified.ok) return refuse(c, identified.error);
  return plainJson(await featureList(identified.value, deps), context);
}

const CORS_PATHS = ['/v1/*', '/models/*', '/ai/*', '/healthz'];

/** The doors' paths that no pattern matches. A path that two patterns match would get its headers twice. */
const doorsBeside = (patterns: readonly string[]): string[] =>
  [...DOOR_AT.keys()].filter((path) => !patterns.some((pattern) => `${path}/`.startsWith(pattern.replace('*', ''))));

/** The same routes for calls from pages, with CORS on all paths except those of admin. */
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
    // CORS alone answers a preflight, so it would have no request id.
    if (c.req.method === 'OPTIONS') c.header('x-request-id', c.env.context.requestId);
  });
  // Hono's `/ai/*` matches `/ai` too.
  for (const path of [...CORS_PATHS, ...doorsBeside(CORS_PATHS)]) pages.use(path, allowed);
  pages.all('*', (c) => routes.fetch(c.req.raw, c.env));
  return pages;
}

/** The fetch handler of the Worker. */
export function createApp(composed: (env: UncheckedEnv) => Composition): ExportedHandlerFetchHandler<UncheckedEnv> {
  const routes = createRoutes();
  const pages = behindCors(routes);
  return (request, env, ctx) => {
    const composition = composed(env);
    const context = new HttpContext(request, ctx, composition.deps);
    if (composition.env.local) {
      const stranger = strangeHost(request, composition.config.localHosts);
      if (stranger !== undefined && !isDemoCall(request.url))
        return misdirected(request, stranger, composition.deps, context);
    }
    const answering = (request.headers.has('origin') ? pages : routes).fetch(request, { composition, context });
    return composition.env.logsRequests ? logRequest(request, answering, composition.deps, context) : answering;
  };
}
