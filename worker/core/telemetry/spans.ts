/** Spans of records: one for the request, and below it one for each call of a provider, which alone has `gen_ai` attributes. */
import type { RecordedAttempt, RequestRecord } from '../slo/record.ts';
import { ATTRIBUTES as A, type Dialect } from './names.ts';
import { attributesOf, double, flag, int, nanos, type Origin, senderOf, text, texts } from './otlp.ts';

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

/**
 * The body of an `ExportTraceServiceRequest`; undefined where the callers of all these requests sample their traces and left these
 * out.
 */
export function traceBody(records: readonly RequestRecord[], dialect: Dialect, origin: Origin): string | undefined {
  const sampled = records.filter(({ traceparent }) => traceparent === null || isSampled(traceparent));
  if (sampled.length === 0) return undefined;
  const { resource, scope } = senderOf(origin, sampled[0]?.build ?? null);
  const spans = sampled.flatMap((record) => spansOf(record, dialect));
  return JSON.stringify({ resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] });
}

const isSampled = (traceparent: string): boolean => (Number.parseInt(traceparent.slice(53), 16) & 1) === 1;

function spansOf(record: RequestRecord, dialect: Dialect) {
  const { arrivedAt, traceparent, attempts, code, ending, status } = record;
  const { traceId, spanId, attemptId } = spanIdsOf(record);
  const common = inEachSpan(record);
  const hasFailed = status >= 500 || ending === 'cut';
  const request = {
    traceId,
    spanId,
    ...(traceparent !== null && { parentSpanId: traceparent.slice(36, 52) }),
    name: `chat ${record.alias ?? ''}`.trimEnd(),
    kind: SERVER,
    startTimeUnixNano: nanos(arrivedAt),
    endTimeUnixNano: nanos(arrivedAt + record.totalMs),
    attributes: attributesOf([...common, ...ofRequest(record, hasFailed)], dialect),
    ...(hasFailed && { status: { code: ERROR, message: code ?? ending } }),
  };
  const calls = attempts.map((attempt, index) => {
    const { startedMs, ms, model, result } = attempt;
    const startedAt = arrivedAt + startedMs;
    const isLast = index === attempts.length - 1;
    return {
      traceId,
      spanId: attemptId(index),
      parentSpanId: spanId,
      name: `chat ${model}`,
      kind: CLIENT,
      startTimeUnixNano: nanos(startedAt),
      endTimeUnixNano: nanos(startedAt + ms),
      attributes: attributesOf([...common, ...ofAttempt(attempt, record), ...(isLast ? ofUsage(record) : [])], dialect),
      ...(hasGoneWrong(attempt) && { status: { code: ERROR, message: result } }),
    };
  });
  return [request, ...calls];
}

/**
 * Without a caller's trace, the request's id is the trace's: it can be looked up by either. All span ids hold the last random bits
 * of the request's id; that of the request begins with its variant's bits (8 to b), that of an attempt with its number.
 */
function spanIdsOf({ requestId, traceparent }: Pick<RequestRecord, 'requestId' | 'traceparent'>) {
  const hex = requestId.replaceAll('-', '');
  return {
    traceId: traceparent?.slice(3, 35) ?? hex,
    spanId: hex.slice(16),
    attemptId: (index: number) => (index + 1).toString(16).padStart(2, '0') + hex.slice(18),
  };
}

const hasGoneWrong = ({ result }: RecordedAttempt): boolean => result !== 'success' && result !== 'left';

/** Langfuse filters single spans, so each has what its trace is looked for by. */
const inEachSpan = ({ requestId, tenant, feature, userHash, promptVersion, build, door }: RequestRecord) =>
  [
    [A.requestId, text(requestId)],
    [A.tenant, text(tenant)],
    [A.feature, text(feature)],
    [A.userHash, text(userHash)],
    [A.promptVersion, text(promptVersion)],
    [A.release, text(build)],
    [A.traceName, text(feature ?? door)],
    [
      A.tags,
      texts([...(feature === null ? [] : [`feature:${feature}`]), ...(tenant === null ? [] : [`tenant:${tenant}`])]),
    ],
  ] as const;

const ofRequest = (record: RequestRecord, hasFailed: boolean) =>
  [
    [A.kind, text('span')],
    [A.level, hasFailed ? text('ERROR') : undefined],
    [A.alias, text(record.alias)],
    [A.keyId, text(record.keyId)],
    [A.serviceClass, text(record.class)],
    [A.door, text(record.door)],
    [A.mode, text(record.mode)],
    [A.cache, text(record.cache)],
    [A.role, text(record.role)],
    [A.ending, text(record.ending)],
    [A.errorType, text(record.code)],
    [A.staleCause, text(record.staleCause)],
    [A.httpStatus, int(record.status)],
    [A.hops, int(record.hops)],
    [A.costUsd, double(record.costMicroUsd / 1e6)],
    [A.secondsToFirstContent, double(seconds(record.ttftMs))],
    [A.colo, text(record.colo)],
    [A.drill, text(record.drill)],
    [A.experiment, text(record.experiment)],
  ] as const;

const ofAttempt = (attempt: RecordedAttempt, { stream, arrivedAt }: RequestRecord) =>
  [
    [A.kind, text('generation')],
    // Another deployment may have answered.
    [A.level, hasGoneWrong(attempt) ? text('WARNING') : undefined],
    [A.operation, text('chat')],
    [A.provider, text(attempt.provider)],
    [A.model, text(attempt.model)],
    [A.deployment, text(attempt.deployment)],
    [A.hop, int(attempt.hop)],
    [A.stream, flag(stream)],
    [A.errorType, hasGoneWrong(attempt) ? text(attempt.result) : undefined],
    [A.httpStatus, int(attempt.status)],
    [A.secondsToFirstChunk, stream ? double(seconds(attempt.ttftMs)) : undefined],
    [A.firstContentAt, attempt.ttftMs === null ? undefined : text(iso(arrivedAt + attempt.startedMs + attempt.ttftMs))],
  ] as const;

/** On the attempt that answered, or was the last: a record has the sums of all its attempts. */
function ofUsage(record: RequestRecord) {
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens, costMicroUsd, finishReason } = record;
  const usage = {
    input: inputTokens - cachedTokens,
    input_cached_tokens: cachedTokens,
    output: outputTokens - reasoningTokens,
    output_reasoning_tokens: reasoningTokens,
    total: inputTokens + outputTokens,
  };
  return [
    [A.finishReasons, finishReason === null ? undefined : texts([finishReason])],
    [A.inputTokens, int(inputTokens)],
    [A.outputTokens, int(outputTokens)],
    [A.cachedTokens, int(cachedTokens)],
    [A.reasoningTokens, int(reasoningTokens)],
    [A.estimated, flag(record.estimated)],
    [A.usageDetails, text(JSON.stringify(usage))],
    [A.costDetails, text(JSON.stringify({ total: costMicroUsd / 1e6 }))],
  ] as const;
}

const seconds = (ms: number | null): number | null => (ms === null ? null : ms / 1_000);
const iso = (at: number): string => new Date(at).toISOString();
