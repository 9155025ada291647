import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { OperatorsCalls } from '../core/operators/operators.ts';
import type { App } from '../edge.ts';
import { askObject } from './ask-object.ts';

/** The refusal if the `Operators` object did not answer. */
export const OPERATORS_SILENT: RouterError = { code: 'key_store_unavailable', retryAfterMs: 1_000 };

/** Calls the `Operators` object. Undefined if the call fails or is not answered in time. Even then a change may have been made. */
export async function askOperators<Reply>(
  c: Context<App>,
  call: (operators: OperatorsCalls) => Promise<Reply>,
): Promise<{ reply: Reply } | undefined> {
  const { operators } = c.env.composition;
  return askObject(c, { event: 'operators_unreachable' }, () => call(operators()));
}
