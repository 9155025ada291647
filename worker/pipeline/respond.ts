/** Step 5: the answer as a response, at once; what is learnt later is handed on behind it. */
import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import { type CarryonField, withCarryon } from '../core/answers/carryon-field.ts';
import { pageCompletion } from '../core/answers/page-body.ts';
import { usdText } from '../core/pricing/cost.ts';
import type { Failure } from '../core/routing/failure.ts';
import type { Deps } from '../ports.ts';
import { answerResponse } from '../response/answer-response.ts';
import { cacheControlOf, NO_STORE } from '../response/cache-control.ts';
import { headerText } from '../response/header-text.ts';
import { openLastChunk, withSkippedEvents } from '../response/last-chunk.ts';
import { budgetHeaders, rateHeaders } from '../response/rate-headers.ts';
import { streamBody } from '../response/stream-body.ts';
import { keeper, StreamKeeper } from '../response/write-through.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import { AnswerSource } from '../upstream/answer-source.ts';
import type { Limited } from './admit.ts';
import { measuredReply, settleOnce } from './meter.ts';
import type { Produced } from './produce.ts';
import type { CacheRead } from './read-cache.ts';
import type { RequestContext } from './request-context.ts';
import { carryonField, isWorthTelling, type Trail } from './trail.ts';

export function respond(
  produced: Produced,
  cached: CacheRead,
  seesProvider: boolean,
  deps: Deps,
  scope: RequestContext,
): Response {
  const { trail, limited } = produced;
  const field = (costMicroUsd: number, cut?: Failure): CarryonField =>
    carryonField(trail, scope.arrivedAt, deps.clock.now(), costMicroUsd, cut);
  if (!produced.ok) {
    const { chargedMicroUsd, error } = produced;
    const headers = {
      ...commonHeaders(scope),
      ...trailHeaders(trail, seesProvider),
      ...limitHeaders(limited),
      ...(seesProvider && budgetHeaders(limited.left)),
      ...(seesProvider && chargedMicroUsd > 0 && { 'x-carryon-cost-usd': usdText(chargedMicroUsd) }),
    };
    return refusal(
      error,
      scope,
      headers,
      seesProvider && isWorthTelling(trail, error) ? field(chargedMicroUsd) : undefined,
    );
  }
  const { ask, admission, answer, deployment } = produced;
  const { holding } = admission;
  const settle = settleOnce(produced, deps, scope);
  const keep = keeper(produced, cached, deps, scope);
  const limits = seesProvider ? { ...limitHeaders(limited), ...budgetHeaders(limited.left) } : limitHeaders(limited);
  const facts = { deployment, trail, seesProvider, limits, isMiss: cached.state === 'miss' };
  const whole = cacheControlOf(ask, trail.mode);
  if (answer.kind === 'reply') {
    const { body } = answer.reply;
    settle('complete', measuredReply(answer.reply));
    const model = answer.reply.model ?? deployment.model;
    const costUsd = usdText(holding.spentMicroUsd);
    keep?.(body, model);
    const shown = seesProvider ? withCarryon(body, field(holding.spentMicroUsd)) : pageCompletion(body, ask.alias.name);
    const more = { contentType: 'application/json', cacheControl: whole, model, costUsd } as const;
    return answerResponse(shown, { ...facts, ...more }, scope);
  }

  const { stream } = answer;
  const { translator } = stream;
  const { includeUsage } = ask.chat;
  const told = seesProvider && includeUsage ? (cut?: Failure) => field(holding.spentMicroUsd, cut) : undefined;
  const model = translator.model ?? deployment.model;
  const maxBytes = ask.feature.cache?.maxBytes ?? 0;
  const kept = keep && new StreamKeeper(keep, maxBytes);
  const lastChunk = () => {
    if (stream.skippedEvents === 0) kept?.end(translator.usageChunk(), model);
    return told === undefined
      ? withSkippedEvents(includeUsage ? translator.usageChunk() : undefined, stream)
      : openLastChunk(stream, told());
  };
  const onChunks = kept && ((chunks: readonly Chunk[]) => kept.add(chunks));
  const pageAlias = seesProvider ? undefined : ask.alias.name;
  const source = new AnswerSource({ answer, gone: scope.gone, settle });
  const body = streamBody({ source, pageAlias, lastChunk, told, onChunks, clock: deps.clock });
  const contentType = 'text/event-stream; charset=utf-8';
  const cacheControl = stream.skippedEvents === 0 ? whole : NO_STORE;
  return answerResponse(body, { ...facts, contentType, cacheControl, model, costUsd: undefined }, scope);
}

/** Any other JSON answer, such as a list of aliases or what an operator asked for. */
export const plainJson = (body: unknown, scope: RequestContext, status = 200, indent = 0): Response =>
  new Response(JSON.stringify(body, null, indent), {
    status,
    headers: { ...commonHeaders(scope), 'content-type': 'application/json' },
  });

/** A refusal or failure with its real status, before anything was sent. */
export function refusal(
  error: RouterError,
  scope: RequestContext,
  headers = commonHeaders(scope),
  carryon?: CarryonField,
): Response {
  const wire = errorToWire(error);
  return new Response(JSON.stringify({ ...wire.body, carryon }), {
    status: wire.status,
    headers: { ...headers, ...wire.headers, 'content-type': 'application/json' },
  });
}

/** What belongs to this request alone. */
export const commonHeaders = ({ requestId, timing }: RequestContext): Record<string, string> => ({
  'x-request-id': requestId,
  'x-carryon-request-id': requestId,
  'cache-control': NO_STORE,
  date: timing.date,
  'server-timing': timing.toString(),
});

/** Who served stays hidden from pages (docs/contract.md "Response headers"), how often we tried does not. */
const trailHeaders = (trail: Trail, seesProvider: boolean): Record<string, string> =>
  seesProvider ? { ...shownTrailHeaders(trail), ...openTrailHeaders(trail) } : shownTrailHeaders(trail);

export const shownTrailHeaders = ({ mode, attempts, hops, dropped }: Trail): Record<string, string> => ({
  'x-carryon-attempts': String(attempts.length),
  'x-carryon-hops': String(hops),
  ...(mode !== 'normal' && { 'x-carryon-mode': mode }),
  ...(dropped.length > 0 && { 'x-carryon-dropped': headerText(dropped.join(', ')) }),
});

export const openTrailHeaders = ({ deployment }: Trail): Record<string, string> =>
  deployment === undefined ? {} : { 'x-carryon-deployment': deployment.id, 'x-carryon-provider': deployment.provider };

/** What remains, wherever the ledger was asked; and said where it could not be. */
export const limitHeaders = ({ left, ledger }: Limited): Record<string, string> => ({
  ...rateHeaders(left),
  ...(ledger === 'unreachable' && { 'x-carryon-ledger': 'unreachable' }),
});
