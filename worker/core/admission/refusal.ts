import type { RouterError } from '../../../protocol/errors.ts';
import type { LimitRefusal } from '../ledger/messages.ts';

/**
 * The refusal of a limit as the client hears it, with amounts of money only for callers that may see costs. `ownMicroUsd`: what
 * failed attempts of this request may have cost. It is held until the request ends, so no wait brings it back.
 */
export function refusalError(refused: LimitRefusal, showsMoney: boolean, ownMicroUsd = 0): RouterError {
  const { scope, retryAfterMs, neverFits } = refused;
  if ('cap' in refused) {
    return { code: 'rate_limit_exceeded', scope, limit: refused.limit, cap: refused.cap, retryAfterMs, neverFits };
  }
  const { limit, spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd, resetsAt, onlyHeld } = refused;
  const failedBefore = ownMicroUsd > 0 && spentMicroUsd + ownMicroUsd + wantedMicroUsd > capMicroUsd;
  return {
    code: 'budget_exceeded',
    scope,
    limit,
    ...(showsMoney && { figures: { spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd } }),
    resetsAt,
    retryAfterMs,
    onlyHeld,
    neverFits,
    ...(failedBefore && { failedBefore }),
  };
}
