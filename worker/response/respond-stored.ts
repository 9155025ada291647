/** An answer that was given already, once more: nobody is asked, nothing is charged. */
import type { RouterError } from '../../protocol/errors.ts';
import { ageSeconds, freshness } from '../core/answers/freshness.ts';
import { replayAsJson, replayAsStream } from '../core/answers/replay.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import type { RoutedRequest } from '../pipeline/ask.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import { commonHeaders } from '../pipeline/respond.ts';
import type { Deps } from '../ports.ts';
import { UNBUFFERED } from './answer-response.ts';
import { cacheControlOf } from './cache-control.ts';
import { headerText } from './header-text.ts';

/** Where a stale answer is better than the error. A rate is no such place: asking again soon is. */
const STALE_INSTEAD_OF: ReadonlySet<RouterError['code']> = new Set([
  'providers_unavailable',
  'deadline_exceeded',
  'overloaded',
  'rate_limited_by_provider',
  'budget_exceeded',
  'ledger_unavailable',
]);

/** Judged when it is to be given: what was stale when it was read may be too old after a long wait for a provider. */
export function servesStale(
  { storedAt }: StoredAnswer,
  { code }: RouterError,
  { feature }: RoutedRequest,
  { clock }: Deps,
): boolean {
  const policy = feature.cache;
  if (policy === undefined || !STALE_INSTEAD_OF.has(code)) return false;
  return freshness({ storedAt, now: clock.now(), policy }) !== 'gone';
}

/** `cause`: the error in whose place a stale answer stands. */
export function respondStored(
  stored: StoredAnswer,
  ask: RoutedRequest,
  seesProvider: boolean,
  deps: Deps,
  scope: RequestContext,
  cause?: RouterError,
) {
  const { stream, includeUsage } = ask.chat;
  const options = { includeUsage, seesProvider, alias: ask.alias.name };
  const body = stream ? replayAsStream(stored, options).join('') : replayAsJson(stored, options);
  return new Response(body, {
    headers: {
      'content-type': stream ? 'text/event-stream; charset=utf-8' : 'application/json',
      ...(stream && UNBUFFERED),
      ...commonHeaders(scope),
      ...(cause === undefined && { 'cache-control': cacheControlOf(ask, 'normal') }),
      'x-carryon-cache': cause === undefined ? 'hit' : 'stale',
      age: String(ageSeconds(stored.storedAt, deps.clock.now())),
      'x-carryon-mode': 'normal',
      ...(cause !== undefined && { 'x-carryon-stale-cause': cause.code }),
      ...(seesProvider && storedOpenHeaders(stored)),
    },
  });
}

/** Who served it when it was made, for whoever may learn that. */
export const storedOpenHeaders = ({ deployment, provider, model }: StoredAnswer): Record<string, string> => ({
  'x-carryon-cost-usd': '0',
  'x-carryon-deployment': deployment,
  'x-carryon-provider': provider,
  'x-carryon-model': headerText(model),
});
