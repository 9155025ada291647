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

/** One path with all its methods: any other method is a 405 that names them. */
export function route(app: Hono<App>, path: string, handlers: Partial<Record<Method, Handler<App>>>): void {
  const allow = Object.keys(handlers);
  for (const [method, handler] of Object.entries(handlers)) app.on(method, path, handler);
  app.all(path, (c: Context<App>) =>
    refusal({ code: 'method_not_allowed', method: c.req.method, allow }, c.env.context),
  );
}
