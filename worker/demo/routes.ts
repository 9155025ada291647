/**
 * The calls of the demo's page (docs/demo.md). `GET /demo/settings` works everywhere. The calls that change something exist only in local
 * mode, and only for a page that this machine itself has loaded from the router. Any other caller gets a 404.
 */
import type { Context, Hono, Next } from 'hono';
import { isLoopbackOrigin } from '../core/identity/loopback.ts';
import { isOwnOrigin } from '../core/identity/own-origin.ts';
import { type App, route } from '../edge.ts';
import { strangeHost } from '../identity/local-mode.ts';
import { refusalResponse } from '../response/plain.ts';
import { plugIn, unplug } from './faults.ts';
import { putDemoLimits } from './limits.ts';
import { demoSettings } from './settings.ts';
import { demoToken } from './token.ts';

/** Adds the paths of the demo to the app. */
export function demoRoutes(app: Hono<App>): void {
  route(app, '/demo/settings', { GET: demoSettings });
  app.use('/demo/*', local);
  route(app, '/demo/token', { POST: demoToken });
  route(app, '/demo/limits', { PUT: putDemoLimits });
  route(app, '/demo/faults/:deployment', { PUT: unplug, DELETE: plugIn });
}

/** True for the calls that exist only for the router's own page. Under a host name that is not this machine's they are a 404 too. */
export const isDemoCall = (url: string): boolean => /^\/demo\/(?!settings$)/.test(URL.parse(url)?.pathname ?? '');

async function local(c: Context<App>, next: Next): Promise<Response | undefined> {
  const { env, notConfigured } = c.env.composition;
  if (!env.local || !isOwnPage(c.req.raw)) return c.notFound();
  if (notConfigured !== undefined) return refusalResponse(notConfigured, c.env.context);
  await next();
  return undefined;
}

/** True if the call comes from the router's own page. `localHosts` and `publicUrl` do not count, because other machines use those names. */
function isOwnPage(request: Request): boolean {
  const [origin, host] = [request.headers.get('origin'), request.headers.get('host')];
  if (origin === null || strangeHost(request, []) !== undefined) return false;
  return isLoopbackOrigin(origin) && isOwnOrigin(origin, host, undefined);
}
