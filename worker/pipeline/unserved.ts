/** The error of a request that no provider answered. It has two wordings: one names the provider, the other is for pages that must not learn it. */
import type { RouterError } from '../../protocol/errors.ts';
import { FAILURE_RULES, type Failure, shownSentence } from '../core/routing/failure.ts';
import type { Tried } from '../core/routing/next.ts';
import type { Deps } from '../ports.ts';
import type { RoutedRequest } from './ask.ts';

const BYPASS_FAILED = 'The first provider failed, and under bypass no other is asked.';

/** With somebody still up, the next try is worth it soon. */
const LEAST_RETRY_AFTER_MS = 1_000;

/** The caller's own fault: as the provider said it, to those who may learn who that is. */
export function rejected(failure: Failure, seesProvider: boolean): RouterError {
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

/** Why nobody answered, and when asking again may help. */
export function unserved(late: boolean, tried: readonly Tried[], ask: RoutedRequest, deps: Deps): RouterError {
  const { board, clock, config } = deps;
  const failures = tried.flatMap(({ failure }) => (failure === 'skipped' ? [] : [failure]));
  const last = failures[failures.length - 1];
  const fault = failures.find(({ kind }) => FAILURE_RULES[kind].blame === 'request');
  if (fault !== undefined) return rejected(fault, deps.showsProvider(ask.identity));
  const isFull = failures.length === 0 && tried.some(({ slot }) => !slot.probe);
  if (isFull) return { code: 'overloaded', retryAfterMs: LEAST_RETRY_AFTER_MS };
  const now = clock.now();
  const coolingUntil = board
    .candidates(ask.alias.deployments)
    .map(({ state, until }) => (state === 'cooling' ? until : now));
  // Bypass tells the board nothing, so it knows of no time that the provider asked for.
  const askedMs = ask.route.bypass ? (last?.retryAfterMs ?? 0) : 0;
  const retryAfterMs = Math.max(LEAST_RETRY_AFTER_MS, Math.min(...coolingUntil) - now, askedMs);
  if (late) {
    const detail = `No provider answered within ${config.router.totalTimeoutMs} ms (totalTimeout).`;
    return { code: 'deadline_exceeded', retryAfterMs, detail };
  }
  if (failures.length > 0 && failures.every(({ kind }) => kind === 'rate_limited')) {
    return { code: 'rate_limited_by_provider', retryAfterMs };
  }
  if (last === undefined) {
    return { code: 'providers_unavailable', retryAfterMs, detail: 'Every provider is in cooldown after failures.' };
  }
  const detail = ask.route.bypass ? BYPASS_FAILED : 'Every provider failed.';
  const page: RouterError = { code: 'providers_unavailable', retryAfterMs, detail };
  if (!deps.showsProvider(ask.identity)) return page;
  return {
    ...page,
    detail: `${page.detail} ${ask.route.bypass ? 'The failure' : 'The last one'}: ${last.message}`,
    page,
  };
}
