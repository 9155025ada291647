import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import { demoPerson } from '../core/identity/demo-person.ts';
import type { Operator } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { identify } from '../pipeline/identify.ts';

/** As the demo's changes are noted, with the operators' own. */
export const DEMO: Operator = { id: 'demo', name: 'demo', scope: 'operate' };

/** The person whose token came along. */
export async function personOf(c: Context<App>): Promise<{ user: string } | { error: RouterError }> {
  const { composition, scope } = c.env;
  const identified = await identify(c.req.raw, composition.deps, scope.background);
  return identified.ok ? demoPerson(identified.identity) : { error: identified.error };
}
