import type { Context, Handler, Hono } from 'hono';
import type { Operator } from './core/operators/operators.ts';
import type { Composition } from './deps.ts';
import type { RequestContext } from './pipeline/request.ts';
import { refusalResponse } from './response/plain.ts';

/** What every handler finds in `c.env`. Hono gets this in place of the bindings, which only deps.ts sees. */
export interface Edge {
  composition: Composition;
  context: RequestContext;
}

/** `operator` is the caller of an admin route. */
export type App = { Bindings: Edge; Variables: { operator: Operator } };

/** An HTTP method that a route can have. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * Registers one path with all its methods. Any other method gets a 405 that names them. They share one handler, because Hono calls the
 * only handler of a path directly, without the frames that a chain of handlers needs.
 */
export function route(app: Hono<App>, path: string, handlers: Partial<Record<Method, Handler<App>>>): void {
  const allow = Object.keys(handlers);
  const byMethod = new Map<string, Handler<App>>(Object.entries(handlers));
  app.all(path, (c: Context<App>, next) => {
    const { method } = c.req;
    // Hono turns the response to GET into one for HEAD by dropping its body.
    const handler = byMethod.get(method === 'HEAD' ? 'GET' : method);
    return handler === undefined
      ? refusalResponse({ code: 'method_not_allowed', method, allow }, c.env.context)
      : handler(c, next);
  });
}
