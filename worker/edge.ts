import type { Operator } from './core/operators/operators.ts';
import type { Composition } from './deps.ts';
import type { Scope } from './pipeline/scope.ts';

/** What every handler starts from, as `c.env`: Hono is handed this in the place of the bindings, which only deps.ts sees. */
export interface Edge {
  composition: Composition;
  scope: Scope;
}

/** `operator`: who makes an admin call. */
export type App = { Bindings: Edge; Variables: { operator: Operator } };
