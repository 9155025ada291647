/** Makes metrics from records. A batch is sent as what it adds (delta temporality), because an isolate does not live long enough for
 * totals.
 */
import type { RequestRecord } from '../slo/record.ts';
import { successVerdict, type VerdictSettings } from '../slo/rules.ts';
import type { Dialect } from './names.ts';
import { nanos, type Origin, otlpBody } from './otlp.ts';
import { type Measure, Points } from './points.ts';
import { failureOf } from './spans.ts';

/** The histogram boundaries of the conventions, for durations in seconds and for tokens. */
const powers = (first: number, base: number) => Array.from({ length: 14 }, (_, power) => first * base ** power);
const SECONDS: Measure = { unit: 's', bounds: powers(0.01, 2) };
const TOKENS: Measure = { unit: '{token}', bounds: powers(1, 4) };
const COUNT: Measure = { unit: '1' };
const TOKEN_COUNT: Measure = { unit: TOKENS.unit };
const USD: Measure = { unit: '{USD}' };

/** The time that a batch covers, in epoch milliseconds. It begins at the end of the batch before, and is never empty. */
export interface Window {
  from: number;
  to: number;
}

/** The body to send for these records. */
export function metricsBody(
  records: readonly RequestRecord[],
  { from, to }: Window,
  slo: VerdictSettings,
  dialect: Dialect,
  origin: Origin,
): string {
  const points = new Points(dialect);
  for (const record of records) {
    addRequest(record, slo, points);
    addCalls(record, points);
  }
  const metrics = points.messages({ startTimeUnixNano: nanos(from), timeUnixNano: nanos(to) });
  return otlpBody('Metrics', metrics, origin, records[0]?.build);
}

/** What clients saw, counted as in `GET /metrics`. */
function addRequest(record: RequestRecord, slo: VerdictSettings, points: Points): void {
  const { tenant, code, ttftMs, costMicroUsd, hops, cache } = record;
  const feature = record.feature ?? (code === 'unknown_feature' ? 'unknown' : null);
  points.add('requests', COUNT, { tenant, feature, outcome: successVerdict(record, slo).outcome, code }, 1);
  points.add('request.duration', SECONDS, { feature }, record.totalMs / 1_000);
  if (ttftMs !== null) points.add('request.timeToFirstContent', SECONDS, { feature }, ttftMs / 1_000);
  if (costMicroUsd > 0) points.add('cost', USD, { tenant, feature }, costMicroUsd / 1e6);
  if (hops > 0) points.add('failovers', COUNT, { feature }, hops);
  if (cache !== null) points.add('cache', COUNT, { feature, cache }, 1);
}

/** Adds the calls of providers. A record has only the sum of its attempts' tokens, so the last attempt gets all of them. */
function addCalls(record: RequestRecord, points: Points): void {
  const { attempts, stream, inputTokens, outputTokens } = record;
  for (const [index, attempt] of attempts.entries()) {
    const { provider, model, ms, ttftMs } = attempt;
    const call = { operation: 'chat', provider, model };
    points.add('callDuration', SECONDS, { ...call, code: failureOf(attempt) }, ms / 1_000);
    if (stream && ttftMs !== null) points.add('timeToFirstChunk', SECONDS, call, ttftMs / 1_000);
    if (index < attempts.length - 1) continue;
    points.add('tokens', TOKENS, { ...call, tokenType: 'input' }, inputTokens);
    points.add('tokens', TOKENS, { ...call, tokenType: 'output' }, outputTokens);
    const counted = { ...call, tokenModality: 'unknown' };
    points.add('inputUsage', TOKEN_COUNT, counted, inputTokens);
    points.add('outputUsage', TOKEN_COUNT, counted, outputTokens);
    points.add('cachedUsage', TOKEN_COUNT, counted, record.cachedTokens);
    points.add('reasoningUsage', TOKEN_COUNT, counted, record.reasoningTokens);
  }
}
