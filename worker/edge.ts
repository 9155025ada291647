import type { Composition } from './deps.ts';
import type { Scope } from './pipeline/scope.ts';

/** What every handler starts from, as `c.env`: Hono is handed this in the place of the bindings, which only deps.ts sees. */
export interface Edge {
  composition: Composition;
  scope: Scope;
}

export type App = { Bindings: Edge };
