import type { Operator } from './core/operators/operators.ts';
import type { Composition } from './deps.ts';
import type { RequestContext } from './pipeline/request-context.ts';

/** What every handler starts from, as `c.env`: Hono is handed this in the place of the bindings, which only deps.ts sees. */
export interface Edge {
  composition: Composition;
  scope: RequestContext;
}

/** `operator`: who makes an admin call. */
export type App = { Bindings: Edge; Variables: { operator: Operator } };
