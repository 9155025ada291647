import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { OperatorsCalls } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { askObject } from './ask-object.ts';

/** The `Operators` object did not answer. */
export const OPERATORS_SILENT: RouterError = { code: 'key_store_unavailable', retryAfterMs: 1_000 };

/** One call of the `Operators` object; undefined if it fails or does not answer in time. A change may have been made all the same. */
export async function askOperators<Reply>(
  c: Context<App>,
  call: (operators: OperatorsCalls) => Promise<Reply>,
): Promise<{ reply: Reply } | undefined> {
  const { operators } = c.env.composition;
  return askObject(c, { event: 'operators_unreachable' }, () => call(operators()));
}
