import type { Context, Handler, Hono } from 'hono';
import type { Operator } from './core/operators/operators.ts';
import type { Composition } from './deps.ts';
import type { RequestContext } from './pipeline/request.ts';
import { refusal } from './response/plain.ts';

/** What every handler starts from, as `c.env`: Hono is handed this in the place of the bindings, which only deps.ts sees. */
export interface Edge {
  composition: Composition;
  context: RequestContext;
}

/** `operator`: who makes an admin call. */
export type App = { Bindings: Edge; Variables: { operator: Operator } };

/** An HTTP method of the table of paths. */
export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

/**
 * One path with all its methods: any other method is a 405 that names them. One handler for all of them, because Hono calls a path
 * that has a single handler directly, without the frames that a chain of handlers needs.
 */
export function route(app: Hono<App>, path: string, handlers: Partial<Record<Method, Handler<App>>>): void {
  const allow = Object.keys(handlers);
  const byMethod = new Map<string, Handler<App>>(Object.entries(handlers));
  app.all(path, (c: Context<App>, next) => {
    const { method } = c.req;
    // Hono answers HEAD with what GET answers, without its body.
    const handler = byMethod.get(method === 'HEAD' ? 'GET' : method);
    return handler === undefined
      ? refusal({ code: 'method_not_allowed', method, allow }, c.env.context)
      : handler(c, next);
  });
}
