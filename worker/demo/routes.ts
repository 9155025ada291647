/**
 * What the demo's page asks of the router (docs/demo.md). How people sign in is told everywhere; the calls that change something exist
 * only in local mode, and only for a page that this machine itself has loaded from the router: to anybody else they are unknown paths.
 */
import type { Context, Hono, Next } from 'hono';
import { isLoopbackOrigin } from '../core/identity/loopback.ts';
import { isOwnOrigin } from '../core/identity/own-origin.ts';
import type { App } from '../edge.ts';
import { strangeHost } from '../pipeline/local-mode.ts';
import { refusal } from '../pipeline/respond.ts';
import { plugIn, unplug } from './faults.ts';
import { putDemoLimits } from './limits.ts';
import { demoSettings } from './settings.ts';
import { demoToken } from './token.ts';

export function demoRoutes(app: Hono<App>): void {
  const only = (path: string, ...allow: string[]) =>
    app.all(path, (c) => refusal({ code: 'method_not_allowed', method: c.req.method, allow }, c.env.scope));
  app.get('/demo/settings', demoSettings);
  only('/demo/settings', 'GET');
  app.use('/demo/*', local);
  app.post('/demo/token', demoToken);
  only('/demo/token', 'POST');
  app.put('/demo/limits', putDemoLimits);
  only('/demo/limits', 'PUT');
  app.put('/demo/faults/:deployment', unplug);
  app.delete('/demo/faults/:deployment', plugIn);
  only('/demo/faults/:deployment', 'PUT', 'DELETE');
}

/** Whether it asks for what exists for the router's own page alone; a name that is none of this machine's finds nothing there either. */
export const isDemoCall = (url: string): boolean => /^\/demo\/(?!settings$)/.test(URL.parse(url)?.pathname ?? '');

async function local(c: Context<App>, next: Next): Promise<Response | undefined> {
  const { env, notConfigured } = c.env.composition;
  if (!env.local || !isOwnPage(c.req.raw)) return c.notFound();
  if (notConfigured !== undefined) return refusal(notConfigured, c.env.scope);
  await next();
  return undefined;
}

/** Neither `localHosts` nor `publicUrl` count: under those names other machines come. */
export function isOwnPage(request: Request): boolean {
  const [origin, host] = [request.headers.get('origin'), request.headers.get('host')];
  if (origin === null || strangeHost(request, []) !== undefined) return false;
  return isLoopbackOrigin(origin) && isOwnOrigin(origin, host, undefined);
}
