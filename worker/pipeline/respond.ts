/**
 * Step: turns the outcome into the response at once. This is the only place that finishes an answer's `Response`. The record is
 * closed once, when the answer is over, because a stream's cost and end are known only then.
 */
import { errorToWire } from '../../protocol/errors.ts';
import type { AnswerHead } from '../core/answers/answer-head.ts';
import { type CarryonField, withCarryon } from '../core/answers/carryon-field.ts';
import { replyInForm } from '../core/answers/forms.ts';
import { pageCompletion } from '../core/answers/page-body.ts';
import { replayAsJson, replayAsStream } from '../core/answers/replay.ts';
import type { Failure } from '../core/routing/failure.ts';
import { edgeMode, isOrdinary } from '../core/routing/route.ts';
import { formOf } from '../doors/doors.ts';
import type { Deps } from '../ports.ts';
import { cacheControlOf, NO_STORE } from '../response/cache-control.ts';
import { answerResponse, type ResponseForm } from '../response/headers.ts';
import { openLastChunk, withSkippedEvents } from '../response/last-chunk.ts';
import { streamBody } from '../response/stream-body.ts';
import { whyNotResumable } from '../response/why-not-resumable.ts';
import { answerKeeper, StreamKeeper } from '../response/write-through.ts';
import type { Chunk } from '../upstream/answer-so-far.ts';
import { AnswerSource } from '../upstream/answer-source.ts';
import { judgedAnswer } from './judge.ts';
import { measuredReply, settle } from './meter.ts';
import {
  type BegunOutcome,
  carryonField,
  errorIn,
  headOf,
  type KeptOutcome,
  type Outcome,
  type RefusedOutcome,
  refusedField,
  refusedHead,
  type StoredOutcome,
  storedHead,
} from './outcome.ts';
import type { CacheRead } from './read-cache.ts';
import type { OpenRecord } from './record.ts';
import type { RequestContext, RoutedRequest } from './request.ts';

/** The caller and the request that the response is made for. */
export interface Reader {
  seesProvider: boolean;
  /** Undefined if the request was refused before it was read, or asks for a kept answer by its id. */
  request?: RoutedRequest | undefined;
  cached?: CacheRead | undefined;
}

/** A response without the headers that all responses have. */
interface ResponseParts extends ResponseForm {
  body: BodyInit | null;
  /** Made for this response alone, so it may be changed. */
  head: AnswerHead;
}

/** Makes the response. `record` is closed when the answer is over. Undefined if the request has no record of its own. */
export function respond(
  outcome: Outcome,
  reader: Reader,
  deps: Deps,
  context: RequestContext,
  record?: OpenRecord,
): Response {
  const parts = partsOf(outcome, reader, deps, context, record);
  const { body, head, status } = parts;
  const { request, seesProvider } = reader;
  if (request !== undefined) {
    const { route, resume } = request;
    // The head of a kept answer says how it was made. A refusal names the mode of its request, and so does every answer to a drill's
    // request, because a drill counts its answers by their mode.
    if (!isOrdinary(route) && (route.drill || status >= 400)) head.mode = edgeMode(route, 'normal');
    if (resume !== null && status < 300) head.notResumable = whyNotResumable(request, resume, head);
  }
  const response = answerResponse(body, head, seesProvider, parts, context);
  // A stream closes its record when it ends.
  if (outcome.kind !== 'begun' || outcome.answer.kind === 'reply') record?.close(outcome, 'complete', status);
  return response;
}

function partsOf(
  outcome: Outcome,
  reader: Reader,
  deps: Deps,
  context: RequestContext,
  record: OpenRecord | undefined,
): ResponseParts {
  switch (outcome.kind) {
    case 'refused':
      return partsOfRefusal(outcome, reader, deps, context);
    case 'stored':
      return partsOfStored(outcome, reader);
    case 'kept':
      return partsOfKept(outcome, reader);
    case 'begun':
      return outcome.answer.kind === 'reply'
        ? partsOfReply(outcome, outcome.answer.reply, reader, deps, context)
        : partsOfStream(outcome, outcome.answer, reader, deps, context, record);
  }
}

const JSON_TYPE = 'application/json';
const STREAM_TYPE = 'text/event-stream; charset=utf-8';

/** An error, sent instead of an answer. */
function partsOfRefusal(
  refused: RefusedOutcome,
  { seesProvider }: Reader,
  deps: Deps,
  { arrivedAt }: RequestContext,
): ResponseParts {
  const { status, body, headers: errorHeaders } = errorToWire(refused.error);
  const carryon = seesProvider ? refusedField(refused, arrivedAt, deps.clock.now()) : undefined;
  const head = refusedHead(refused);
  const text = JSON.stringify({ ...body, carryon });
  return { body: text, head, status, contentType: JSON_TYPE, cacheControl: NO_STORE, errorHeaders };
}

/** A cached answer, in the form that this request asks for. */
function partsOfStored({ stored, instead }: StoredOutcome, { request, seesProvider }: Reader): ResponseParts {
  if (request === undefined) throw new Error('a cached answer was given to no request');
  const { stream, includeUsage } = request.chat;
  const chargedMicroUsd = instead === undefined ? 0 : chargedFor(instead);
  const costUsd = chargedMicroUsd / 1e6;
  const options = { includeUsage, seesProvider, costUsd, alias: request.alias.name, form: formOf(request) };
  const body = stream ? replayAsStream(stored, options).join('') : replayAsJson(stored, options);
  const contentType = stream ? STREAM_TYPE : JSON_TYPE;
  const head = storedHead(stored);
  if (instead === undefined)
    return { body, head, status: 200, contentType, cacheControl: cacheControlOf(request, 'normal') };
  head.cache = 'stale';
  head.staleCause = errorIn(instead);
  head.attempts = failedHead(instead).attempts;
  head.costMicroUsd = chargedMicroUsd;
  return { body, head, status: 200, contentType, cacheControl: NO_STORE };
}

/** The answer itself costs nothing; the failed attempts before it may be billed. */
const chargedFor = (failed: RefusedOutcome | KeptOutcome): number => failedHead(failed).costMicroUsd ?? 0;
const failedHead = (failed: RefusedOutcome | KeptOutcome): AnswerHead =>
  failed.kind === 'refused' ? refusedHead(failed) : failed.note.head;

/** An object's reply, passed on as it is. */
function partsOfKept({ status, body, isStream, note }: KeptOutcome, { request }: Reader): ResponseParts {
  const { head, isPartial, errorHeaders } = note;
  const isWhole = status === 200 && !isPartial && request !== undefined;
  const cacheControl = isWhole ? cacheControlOf(request, head.mode ?? 'normal') : NO_STORE;
  return { body, head, status, contentType: isStream ? STREAM_TYPE : JSON_TYPE, cacheControl, errorHeaders };
}

type Reply = Extract<BegunOutcome['answer'], { kind: 'reply' }>['reply'];

/** A provider's whole answer. */
function partsOfReply(
  begun: BegunOutcome,
  reply: Reply,
  { seesProvider, cached }: Reader,
  deps: Deps,
  context: RequestContext,
): ResponseParts {
  const { request, admission, deployment, trail } = begun;
  const { lease, limited } = admission;
  const { body } = reply;
  settle(begun, 'complete', measuredReply(reply), deps, context);
  const costMicroUsd = lease.spentMicroUsd;
  const model = reply.model ?? deployment.model;
  answerKeeper(begun, cached, deps, context)?.(body, model);
  judgedAnswer(begun, deps, context)?.complete(body);
  const told = seesProvider
    ? withCarryon(body, carryonField(trail, context.arrivedAt, deps.clock.now(), costMicroUsd))
    : pageCompletion(body, request.alias.name);
  const head = headOf(trail, limited, model, costMicroUsd, missOf(cached));
  const cacheControl = cacheControlOf(request, trail.mode);
  return { body: replyInForm(formOf(request), told), head, status: 200, contentType: JSON_TYPE, cacheControl };
}

/** A provider's stream: its first content has arrived, and the rest follows. */
function partsOfStream(
  begun: BegunOutcome,
  answer: Extract<BegunOutcome['answer'], { kind: 'stream' }>,
  { seesProvider, cached }: Reader,
  deps: Deps,
  context: RequestContext,
  record: OpenRecord | undefined,
): ResponseParts {
  const { request, admission, deployment, trail } = begun;
  const { lease, limited } = admission;
  const { stream } = answer;
  const { translator } = stream;
  const { includeUsage } = request.chat;
  const field = (cut?: Failure): CarryonField =>
    carryonField(trail, context.arrivedAt, deps.clock.now(), lease.spentMicroUsd, cut);
  const told = seesProvider && includeUsage ? field : undefined;
  const model = translator.model ?? deployment.model;
  const keep = answerKeeper(begun, cached, deps, context);
  const kept = keep && new StreamKeeper(keep, request.feature.cache?.maxBytes ?? 0);
  const judged = judgedAnswer(begun, deps, context);
  const lastChunk = () => {
    if (stream.skippedEvents === 0) {
      kept?.end(translator.usageChunk(), model);
      judged?.complete();
    }
    return told === undefined
      ? withSkippedEvents(includeUsage ? translator.usageChunk() : undefined, stream)
      : openLastChunk(stream, told());
  };
  const source = new AnswerSource({
    answer,
    gone: context.gone,
    settle(ending, measured) {
      settle(begun, ending, measured, deps, context);
      record?.close(begun, ending, 200);
    },
  });
  const isRead = kept !== undefined || judged !== undefined;
  const onChunks = isRead
    ? (chunks: readonly Chunk[]) => {
        kept?.add(chunks);
        judged?.add(chunks);
      }
    : undefined;
  const pageAlias = seesProvider ? undefined : request.alias.name;
  const shownAs = { pageAlias, form: formOf(request) };
  const body = streamBody({ source, pipe: deps.newPipe(), ...shownAs, lastChunk, told, onChunks, clock: deps.clock });
  const head = headOf(trail, limited, model, undefined, missOf(cached));
  const cacheControl = stream.skippedEvents === 0 ? cacheControlOf(request, trail.mode) : NO_STORE;
  return { body, head, status: 200, contentType: STREAM_TYPE, cacheControl };
}

const missOf = (cached: CacheRead | undefined): 'miss' | undefined => (cached?.state === 'miss' ? 'miss' : undefined);
