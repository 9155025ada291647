/** An answer that was given already, once more: nobody is asked, nothing is charged. */
import type { RouterError } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import { freshness } from '../core/answers/freshness.ts';
import { replayAsJson, replayAsStream } from '../core/answers/replay.ts';
import type { StoredAnswer } from '../core/answers/stored-answer.ts';
import { formOf } from '../doors/doors.ts';
import type { RoutedRequest } from '../pipeline/ask.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Deps } from '../ports.ts';
import { cacheControlOf, NO_STORE } from './cache-control.ts';
import { answerResponse } from './headers.ts';

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
  scope: RequestContext,
  cause?: RouterError,
): Response {
  const { stream, includeUsage } = ask.chat;
  const options = { includeUsage, seesProvider, alias: ask.alias.name, form: formOf(ask) };
  const body = stream ? replayAsStream(stored, options).join('') : replayAsJson(stored, options);
  const contentType = stream ? 'text/event-stream; charset=utf-8' : 'application/json';
  const cacheControl = cause === undefined ? cacheControlOf(ask, 'normal') : NO_STORE;
  const how = cause === undefined ? HIT : ({ cache: 'stale', staleCause: cause.code } as const);
  return answerResponse(
    body,
    { ...storedHead(stored), ...how },
    seesProvider,
    { status: 200, contentType, cacheControl },
    scope,
  );
}

const HIT = { cache: 'hit' } as const;

/** Who served it when it was made. No provider is called, and nothing is charged. */
export const storedHead = ({ deployment, provider, model, storedAt }: StoredAnswer): AnswerHead => ({
  ...{ deployment, provider, model, storedAt, attempts: 0, costMicroUsd: 0 },
});
