/**
 * Makes spans from records: one for the request, and below it one for each provider call. Only those of calls have `gen_ai` attributes.
 */
import type { RecordedAttempt, RequestRecord } from '../slo/record.ts';
import type { Dialect } from './names.ts';
import { attributesOf, decimalValue, type Facts, nanos, type Origin, otlpBody, seconds } from './otlp.ts';
import { isSampled, spanIdOf, traceIdOf } from './span-ids.ts';

const SERVER = 2;
const CLIENT = 3;
const ERROR = 2;

/** The body to send for these records. Undefined if their callers' sampling left out all of them. */
export function traceBody(records: readonly RequestRecord[], dialect: Dialect, origin: Origin): string | undefined {
  const sampled = records.filter(isSampled);
  if (sampled.length === 0) return undefined;
  const spans = sampled.flatMap((record) => spansOf(record, dialect));
  return otlpBody('Spans', spans, origin, sampled[0]?.build);
}

function spansOf(record: RequestRecord, dialect: Dialect) {
  const { arrivedAt, totalMs, traceparent, attempts, code, ending } = record;
  const traceId = traceIdOf(record);
  const spanId = spanIdOf(record);
  const common = factsOfEach(record);
  const span = (name: string | null, startedAt: number, ms: number, facts: Facts, problem: string | null) => ({
    ...{ traceId, name: `chat ${name ?? ''}`.trimEnd() },
    ...{ startTimeUnixNano: nanos(startedAt), endTimeUnixNano: nanos(startedAt + ms) },
    attributes: attributesOf({ ...common, ...facts }, dialect),
    ...(problem !== null && { status: { code: ERROR, message: problem } }),
  });
  const problem = record.status >= 500 || ending === 'cut' ? (code ?? ending) : null;
  const request = {
    ...span(record.alias, arrivedAt, totalMs, requestFacts(record, problem), problem),
    ...{ spanId, kind: SERVER },
    ...(traceparent !== null && { parentSpanId: traceparent.slice(36, 52) }),
  };
  const calls = attempts.map((attempt, index) => {
    const isLast = index === attempts.length - 1;
    const facts = { ...callFacts(attempt, record), ...(isLast && usageFacts(record)) };
    return {
      ...span(attempt.model, arrivedAt + attempt.startedMs, attempt.ms, facts, failureOf(attempt)),
      ...{ spanId: spanIdOf(record, index + 1), parentSpanId: spanId, kind: CLIENT },
    };
  });
  return [request, ...calls];
}

/** How an attempt failed. Null if it did not fail, or if its reader left. */
export const failureOf = ({ result }: RecordedAttempt): string | null =>
  result === 'success' || result === 'left' ? null : result;

/** Langfuse filters single spans, so each span has the facts that its trace is searched by. */
const factsOfEach = ({ requestId, tenant, feature, userHash, promptVersion, build, door }: RequestRecord): Facts => ({
  ...{ requestId, tenant, feature, userHash, promptVersion, build },
  trace: feature ?? door,
  tags: [`feature:${feature ?? ''}`, `tenant:${tenant ?? ''}`],
});

function requestFacts(record: RequestRecord, problem: string | null): Facts {
  const { alias, keyId, door, mode, cache, role, ending, code, staleCause, status, hops, colo, drill, experiment } =
    record;
  return {
    ...{ alias, keyId, class: record.class, door, mode, cache, role, ending, code, staleCause, status, hops, colo },
    ...{ drill, experiment, kind: 'span' },
    level: problem && 'ERROR',
    costUsd: decimalValue(record.costMicroUsd / 1e6),
    timeToFirstContent: seconds(record.ttftMs),
  };
}

function callFacts(attempt: RecordedAttempt, { stream, arrivedAt }: RequestRecord): Facts {
  const { deployment, provider, model, status, hop, startedMs, ttftMs } = attempt;
  const code = failureOf(attempt);
  return {
    ...{ deployment, provider, model, status, hop, stream, code, operation: 'chat', kind: 'generation' },
    // Not an error, because another deployment may have answered.
    level: code && 'WARNING',
    firstChunk: seconds(stream ? ttftMs : null),
    firstContentAt: ttftMs !== null && new Date(arrivedAt + startedMs + ttftMs).toISOString(),
  };
}

/** The facts of the last attempt, which answered if any did. A record has only the sums of all its attempts. */
function usageFacts(record: RequestRecord): Facts {
  const { inputTokens, cachedTokens, outputTokens, reasoningTokens, finishReason, estimated } = record;
  const usage = {
    input: inputTokens - cachedTokens,
    input_cached_tokens: cachedTokens,
    output: outputTokens - reasoningTokens,
    output_reasoning_tokens: reasoningTokens,
    total: inputTokens + outputTokens,
  };
  return {
    ...{ inputTokens, cachedTokens, outputTokens, reasoningTokens, usageEstimated: estimated },
    finishReasons: finishReason && [finishReason],
    usageDetails: JSON.stringify(usage),
    costDetails: JSON.stringify({ total: record.costMicroUsd / 1e6 }),
  };
}
