/** Step 5: the answer as a response, at once; what is learnt later is handed on behind it. */
import { errorToWire, type RouterError } from '../../protocol/errors.ts';
import { RESPONSE_HEADERS } from '../../protocol/headers.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import { type CarryonField, withCarryon } from '../core/answers/carryon-field.ts';
import { replyIn } from '../core/answers/forms.ts';
import { pageCompletion } from '../core/answers/page-body.ts';
import type { Failure } from '../core/routing/failure.ts';
import { formOf } from '../doors/doors.ts';
import type { Deps } from '../ports.ts';
import { cacheControlOf, NO_STORE } from '../response/cache-control.ts';
import { answerResponse } from '../response/headers.ts';
import { openLastChunk, withSkippedEvents } from '../response/last-chunk.ts';
import { streamBody } from '../response/stream-body.ts';
import { keeper, StreamKeeper } from '../response/write-through.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import { AnswerSource } from '../upstream/answer-source.ts';
import { measuredReply, settleOnce } from './meter.ts';
import type { Produced } from './produce.ts';
import type { CacheRead } from './read-cache.ts';
import type { RequestContext } from './request-context.ts';
import { carryonField, headOf, isWorthTelling } from './trail.ts';

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
    const head = headOf(trail, limited, undefined, chargedMicroUsd > 0 ? chargedMicroUsd : undefined);
    const carryon = seesProvider && isWorthTelling(trail, error) ? field(chargedMicroUsd) : undefined;
    return refusalResponse(error, head, seesProvider, scope, carryon);
  }
  const { ask, admission, answer, deployment } = produced;
  const { holding } = admission;
  const settle = settleOnce(produced, deps, scope);
  const keep = keeper(produced, cached, deps, scope);
  const cache = cached.state === 'miss' ? 'miss' : undefined;
  const whole = cacheControlOf(ask, trail.mode);
  if (answer.kind === 'reply') {
    const { body } = answer.reply;
    settle('complete', measuredReply(answer.reply));
    const model = answer.reply.model ?? deployment.model;
    keep?.(body, model);
    const told = seesProvider ? withCarryon(body, field(holding.spentMicroUsd)) : pageCompletion(body, ask.alias.name);
    const shown = replyIn(formOf(ask), told);
    const form = { status: 200, contentType: 'application/json', cacheControl: whole } as const;
    const head = { ...headOf(trail, limited, model, holding.spentMicroUsd), cache } as const;
    return answerResponse(shown, head, seesProvider, form, scope);
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
  const shownAs = { pageAlias, form: formOf(ask) };
  const body = streamBody({ source, pipe: deps.newPipe(), ...shownAs, lastChunk, told, onChunks, clock: deps.clock });
  const contentType = 'text/event-stream; charset=utf-8';
  const form = { status: 200, contentType, cacheControl: stream.skippedEvents === 0 ? whole : NO_STORE } as const;
  const head = { ...headOf(trail, limited, model, undefined), cache } as const;
  return answerResponse(body, head, seesProvider, form, scope);
}

/** An error in the place of an answer, before anything was sent. */
function refusalResponse(
  error: RouterError,
  head: AnswerHead,
  seesProvider: boolean,
  scope: RequestContext,
  carryon?: CarryonField,
): Response {
  const { status, body, headers: errorHeaders } = errorToWire(error);
  const form = { status, contentType: 'application/json', cacheControl: NO_STORE, errorHeaders } as const;
  return answerResponse(JSON.stringify({ ...body, carryon }), head, seesProvider, form, scope);
}

/** Any other JSON answer, such as a list of aliases or what an operator asked for. */
export const plainJson = (body: unknown, scope: RequestContext, status = 200, indent = 0): Response =>
  new Response(JSON.stringify(body, null, indent), {
    status,
    headers: { ...commonHeaders(scope), 'content-type': 'application/json' },
  });

/** A refusal with its real status. */
export function refusal(error: RouterError, scope: RequestContext): Response {
  const wire = errorToWire(error);
  return new Response(JSON.stringify(wire.body), {
    status: wire.status,
    headers: { ...commonHeaders(scope), ...wire.headers, 'content-type': 'application/json' },
  });
}

/** What belongs to this request alone. */
export const commonHeaders = ({ requestId, timing }: RequestContext): Record<string, string> => ({
  [RESPONSE_HEADERS.requestId]: requestId,
  'cache-control': NO_STORE,
  [RESPONSE_HEADERS.date]: timing.date,
  [RESPONSE_HEADERS.serverTiming]: timing.toString(),
});
