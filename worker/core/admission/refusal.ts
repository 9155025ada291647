import type { RouterError } from '../../../protocol/errors.ts';
import type { LimitRefusal, MoneyRefusal } from '../ledger/messages.ts';

/**
 * A limit's refusal as the client sees it. Figures of money are only for callers that may see what things cost. `ownMicroUsd` is
 * what failed attempts of this request may have cost. It is held until the request ends, so no wait brings it back.
 */
export function refusalError(refused: LimitRefusal, showsMoney: boolean, ownMicroUsd = 0): RouterError {
  switch (refused.limit) {
    case 'rps':
    case 'tpm':
    case 'parallel': {
      const { scope, limit, cap, retryAfterMs, neverFits } = refused;
      return { code: 'rate_limit_exceeded', scope, limit, cap, retryAfterMs, neverFits };
    }
    case 'monthly':
    case 'daily':
      return budgetError(refused, showsMoney, ownMicroUsd);
  }
}

function budgetError(refused: MoneyRefusal, showsMoney: boolean, ownMicroUsd: number): RouterError {
  const { scope, limit, spentMicroUsd, heldMicroUsd, capMicroUsd, wantedMicroUsd } = refused;
  const { resetsAt, retryAfterMs, onlyHeld, neverFits } = refused;
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
