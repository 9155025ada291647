import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { Result } from '../../protocol/result.ts';
import { demoPerson } from '../core/identity/demo-person.ts';
import type { Operator } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { identify } from '../pipeline/identify.ts';

/** The name under which the audit notes the demo's changes. */
export const DEMO: Operator = { id: 'demo', name: 'demo', scope: 'operate' };

/** The user that the call's token names. */
export async function personOf(c: Context<App>): Promise<Result<string, RouterError>> {
  const { composition, context } = c.env;
  const identified = await identify(c.req.raw, composition.deps, context.background);
  return identified.ok ? demoPerson(identified.value) : identified;
}
