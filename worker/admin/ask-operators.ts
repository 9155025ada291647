import type { Context } from 'hono';
import type { RouterError } from '../../protocol/errors.ts';
import type { OperatorsCalls } from '../core/operators/operators.ts';
import { within } from '../core/within.ts';
import type { App } from '../edge.ts';

/** An operator can ask again. */
const LONGEST_CALL_MS = 5_000;

export const OPERATORS_SILENT: RouterError = { code: 'key_store_unavailable', retryAfterMs: 1_000 };

/** One call of the `Operators` object; undefined where it fails or does not answer in time. What was to change may have changed. */
export async function askOperators<Reply>(
  c: Context<App>,
  call: (operators: OperatorsCalls) => Promise<Reply>,
): Promise<{ reply: Reply } | undefined> {
  const { operators, deps } = c.env.composition;
  const asked = async () => ({ reply: await call(operators()) });
  let reason = 'timeout';
  try {
    const answered = await within(asked(), LONGEST_CALL_MS, deps.clock, undefined);
    if (answered !== undefined) return answered;
  } catch (error) {
    reason = error instanceof Error ? error.name : 'unknown';
  }
  deps.events({ event: 'operators_unreachable', requestId: c.env.scope.requestId, reason });
  return undefined;
}
