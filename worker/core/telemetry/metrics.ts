/** Metrics of records, as what a batch adds (delta temporality): an isolate does not live long enough for totals. */
import type { RequestRecord } from '../slo/record.ts';
import { type JudgeSettings, judge } from '../slo/rules.ts';
import { ATTRIBUTES as A, type Dialect, METRICS as M } from './names.ts';
import { nanos, type Origin, senderOf, text } from './otlp.ts';
import { type Fact, Points } from './points.ts';

/** The boundaries that the conventions give: for durations in seconds, and for tokens. */
const SECONDS = { unit: 's', bounds: Array.from({ length: 14 }, (_, power) => 0.01 * 2 ** power) };
const TOKENS = { unit: '{token}', bounds: Array.from({ length: 14 }, (_, power) => 4 ** power) };
const REQUESTS = { unit: '{request}' };
const TOKEN_COUNT = { unit: '{token}' };

/** The time that a batch stands for, in epoch milliseconds: from the end of the one before it, and never empty. */
export interface Window {
  from: number;
  to: number;
}

/** The body of an `ExportMetricsServiceRequest`. */
export function metricsBody(
  records: readonly RequestRecord[],
  { from, to }: Window,
  slo: JudgeSettings,
  dialect: Dialect,
  origin: Origin,
): string {
  const points = new Points(dialect);
  for (const record of records) {
    addRequest(record, slo, points);
    addCalls(record, points);
  }
  const { resource, scope } = senderOf(origin, records[0]?.build ?? null);
  const metrics = points.told({ startTimeUnixNano: nanos(from), timeUnixNano: nanos(to) });
  return JSON.stringify({ resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics }] }] });
}

/** What clients saw, counted as in `GET /metrics`. */
function addRequest(record: RequestRecord, slo: JudgeSettings, points: Points): void {
  const { ttftMs, costMicroUsd, hops, cache } = record;
  const feature: Fact = [A.feature, text(record.feature ?? 'unknown')];
  const tenant: Fact = [A.tenant, text(record.tenant ?? '')];
  const verdict: Fact[] = [
    [A.outcome, text(judge(record, slo).outcome)],
    [A.code, text(record.code ?? '')],
  ];
  points.add(M.requests, REQUESTS, [tenant, feature, ...verdict], 1);
  points.add(M.requestSeconds, SECONDS, [feature], record.totalMs / 1_000);
  if (ttftMs !== null) points.add(M.secondsToFirstContent, SECONDS, [feature], ttftMs / 1_000);
  if (costMicroUsd > 0)
    points.add(M.costUsd, { unit: '{USD}', isFraction: true }, [tenant, feature], costMicroUsd / 1e6);
  if (hops > 0) points.add(M.hops, { unit: '{hop}' }, [feature], hops);
  if (cache !== null) points.add(M.caches, REQUESTS, [feature, [A.cache, text(cache)]], 1);
}

/** Calls of providers. A record has the tokens of all its attempts together: they count for the last. */
function addCalls({ attempts, stream, ...record }: RequestRecord, points: Points): void {
  for (const { provider, model, result, ms, ttftMs } of attempts) {
    const call: Fact[] = [
      [A.operation, text('chat')],
      [A.provider, text(provider)],
      [A.model, text(model)],
    ];
    const failed = result !== 'success' && result !== 'left';
    points.add(M.callSeconds, SECONDS, [...call, [A.errorType, failed ? text(result) : undefined]], ms / 1_000);
    if (stream && ttftMs !== null) points.add(M.secondsToFirstChunk, SECONDS, call, ttftMs / 1_000);
  }
  const last = attempts.at(-1);
  if (last === undefined) return;
  const call: Fact[] = [
    [A.operation, text('chat')],
    [A.provider, text(last.provider)],
    [A.model, text(last.model)],
  ];
  const { inputTokens, outputTokens } = record;
  const modality: Fact = [A.tokenModality, text('unknown')];
  points.add(M.tokens, TOKENS, [...call, [A.tokenType, text('input')]], inputTokens);
  points.add(M.tokens, TOKENS, [...call, [A.tokenType, text('output')]], outputTokens);
  points.add(M.inputTokens, TOKEN_COUNT, [...call, modality], inputTokens);
  points.add(M.outputTokens, TOKEN_COUNT, [...call, modality], outputTokens);
  points.add(M.cachedTokens, TOKEN_COUNT, [...call, modality], record.cachedTokens);
  points.add(M.reasoningTokens, TOKEN_COUNT, [...call, modality], record.reasoningTokens);
}
