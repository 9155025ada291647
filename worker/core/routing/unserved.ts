/**
 * The error of a request that no provider answered. It has two wordings. One names the provider, and the other is for pages, which
 * must not learn it.
 */
import type { RouterError } from '../../../protocol/errors.ts';
import { FAILURE_RULES, type Failure, shownSentence } from './failure.ts';
import type { Tried } from './next.ts';
import type { Candidate } from './plan.ts';

const BYPASS_FAILED = 'The first provider failed, and under bypass no other is asked.';

/** If a provider is still up, a retry after this short time is worth it. */
const LEAST_RETRY_AFTER_MS = 1_000;

/** The error for a fault of the caller's own. Callers that may see the provider get it as the provider said it. */
export function rejectedError(failure: Failure, seesProvider: boolean): RouterError {
  const { kind, status = 400 } = failure;
  const code = 'provider_rejected';
  const page: RouterError = { code, status: 400, detail: shownSentence(failure, false), providerCode: kind };
  if (!seesProvider) return page;
  return {
    ...{ code, detail: shownSentence(failure, true), page },
    status: status >= 400 && status < 500 ? status : 400,
    providerCode: failure.code ?? kind,
    param: failure.param ?? null,
  };
}

/** What is known when no provider is left to ask. */
export interface UnservedRequest {
  /** True if the time for all attempts is over. */
  isLate: boolean;
  tried: readonly Tried[];
  /** All deployments of the alias, in their current state. */
  candidates: readonly Candidate[];
  /** True if an operator's bypass is on. Attempts are then not reported to the board. */
  isBypassed: boolean;
  seesProvider: boolean;
  totalTimeoutMs: number;
}

/** Why no provider answered, and when asking again may help. */
export function unservedError(
  { isLate, tried, candidates, isBypassed, seesProvider, totalTimeoutMs }: UnservedRequest,
  now: number,
): RouterError {
  const failures = tried.flatMap(({ failure }) => (failure === 'skipped' ? [] : [failure]));
  const last = failures[failures.length - 1];
  const fault = failures.find(({ kind }) => FAILURE_RULES[kind].blame === 'request');
  if (fault !== undefined) return rejectedError(fault, seesProvider);
  const isFull = failures.length === 0 && tried.some(({ slot }) => !slot.probe);
  if (isFull) return { code: 'overloaded', retryAfterMs: LEAST_RETRY_AFTER_MS };
  const coolingUntil = candidates.map(({ state, until }) => (state === 'cooling' ? until : now));
  // Under bypass attempts are not reported to the board, so it does not know how long the provider asked to be left alone.
  const askedMs = isBypassed ? (last?.retryAfterMs ?? 0) : 0;
  const retryAfterMs = Math.max(LEAST_RETRY_AFTER_MS, Math.min(...coolingUntil) - now, askedMs);
  if (isLate) {
    const detail = `No provider answered within ${totalTimeoutMs} ms (totalTimeout).`;
    return { code: 'deadline_exceeded', retryAfterMs, detail };
  }
  if (failures.length > 0 && failures.every(({ kind }) => kind === 'rate_limited')) {
    return { code: 'rate_limited_by_provider', retryAfterMs };
  }
  if (last === undefined) {
    return { code: 'providers_unavailable', retryAfterMs, detail: 'Every provider is in cooldown after failures.' };
  }
  const detail = isBypassed ? BYPASS_FAILED : 'Every provider failed.';
  const page: RouterError = { code: 'providers_unavailable', retryAfterMs, detail };
  if (!seesProvider) return page;
  return { ...page, detail: `${detail} ${isBypassed ? 'The failure' : 'The last failure'}: ${last.message}`, page };
}
