import type { RouterError } from '../../../protocol/errors.ts';
import type { LimitRefusal } from '../ledger/messages.ts';

/** A limit's refusal as a client hears it; money in figures only for who may see what things cost. */
export function refusalError(refused: LimitRefusal, showsMoney: boolean): RouterError {
  const { scope, retryAfterMs, neverFits } = refused;
  if ('cap' in refused) {
    return { code: 'rate_limit_exceeded', scope, limit: refused.limit, cap: refused.cap, retryAfterMs, neverFits };
  }
  const { limit, spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd, resetsAt, onlyHeld } = refused;
  return {
    code: 'budget_exceeded',
    scope,
    limit,
    ...(showsMoney && { figures: { spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd } }),
    resetsAt,
    retryAfterMs,
    onlyHeld,
    neverFits,
  };
}
