import fc from 'fast-check';
import { expect, it } from 'vitest';

import type { RequestRecord } from '../../../../worker/core/slo/record.ts';
import { metricsBody } from '../../../../worker/core/telemetry/metrics.ts';
import { CONVENTIONS, type Conventions } from '../../../../worker/core/telemetry/names.ts';
import { aFailover, anAttempt, aRecord } from '../../../support/a-record.ts';
import { metricsIn, metricsProblems, plain } from '../../../support/otlp-schema.ts';
import { sloFor } from '../slo/support/slo-for.ts';

const SLO = sloFor(['chat']);
const WINDOW = { from: 1_800_000_000_000, to: 1_800_000_010_000 };
const ORIGIN = { instance: 'isolate-1', version: '1.2.3' };

function sent(records: readonly RequestRecord[], conventions: Conventions = '1.41') {
  const body = JSON.parse(metricsBody(records, WINDOW, SLO, conventions, ORIGIN)) as unknown;
  expect(metricsProblems(body)).toEqual([]);
  return new Map(metricsIn(body).map((metric) => [metric.name, metric]));
}

/** The points of a metric by their attributes. */
const pointsOf = (metrics: ReturnType<typeof sent>, name: string) => {
  const metric = metrics.get(name);
  return (metric?.sum ?? metric?.histogram)?.dataPoints.map((point) => [
    Object.values(plain(point.attributes)).join(' '),
    Number(point.asInt ?? point.asDouble ?? point.count),
    ...(point.sum === undefined ? [] : [Number(point.sum.toFixed(6))]),
  ]);
};

const RECORDS = [
  aRecord(),
  aFailover({ costMicroUsd: 766, ttftMs: 80, cache: 'miss' }),
  aRecord({
    tenant: 'other',
    attempts: [],
    ttftMs: null,
    totalMs: 3,
    status: 429,
    code: 'budget_exceeded',
    ending: 'refused',
    costMicroUsd: 0,
  }),
  aRecord({
    tenant: null,
    feature: null,
    attempts: [],
    ttftMs: null,
    totalMs: 1,
    status: 401,
    code: 'invalid_key',
    ending: 'refused',
    costMicroUsd: 0,
  }),
  aRecord({
    ...{ tenant: 'other', feature: null, attempts: [], ttftMs: null, totalMs: 1, status: 400 },
    ...{ code: 'unknown_feature', ending: 'refused', costMicroUsd: 0 },
  }),
  aRecord({
    attempts: [anAttempt({ result: 'slow', ms: 10_000, ttftMs: null })],
    ttftMs: null,
    totalMs: 10_000,
    status: 504,
    code: 'deadline_exceeded',
    ending: 'refused',
    costMicroUsd: 0,
  }),
];

it('what clients saw is counted by tenant, feature, outcome and code', () => {
  const metrics = sent(RECORDS);
  expect(pointsOf(metrics, 'carryon.requests')).toEqual([
    ['acme chat good', 2],
    ['other chat excluded budget_exceeded', 1],
    ['excluded invalid_key', 1],
    ['other unknown excluded unknown_feature', 1],
    ['acme chat bad deadline_exceeded', 1],
  ]);
  expect(pointsOf(metrics, 'carryon.cost')).toEqual([['acme chat', 0.002]]);
  expect(pointsOf(metrics, 'carryon.request.time_to_first_content')).toEqual([['chat', 2, 0.5]]);
  expect(pointsOf(metrics, 'carryon.failovers')).toEqual([['chat', 1]]);
  expect(pointsOf(metrics, 'carryon.cache')).toEqual([['chat miss', 1]]);
});

it('calls of providers are counted by provider, model and error, by the names of each version', () => {
  const duration = (metrics: ReturnType<typeof sent>, name: string) => pointsOf(metrics, name);
  const calls = [
    ['chat openai gpt-5-mini', 1, 1.98],
    ['chat openai gpt-5-mini server_error', 1, 0.09],
    ['chat anthropic claude-haiku-4-5', 1, 1.98],
    ['chat openai gpt-5-mini slow', 1, 10],
  ];
  expect(duration(sent(RECORDS), 'gen_ai.client.operation.duration')).toEqual(calls);
  expect(duration(sent(RECORDS, '1.36'), 'gen_ai.client.operation.duration')).toEqual(calls);
  expect(duration(sent(RECORDS, 'genai-0.1'), 'gen_ai.client.inference.duration')).toEqual(calls);
  expect(pointsOf(sent(RECORDS), 'gen_ai.client.operation.time_to_first_chunk')).toEqual([
    ['chat openai gpt-5-mini', 1, 0.4],
    ['chat anthropic claude-haiku-4-5', 1, 0.4],
  ]);
  expect(sent(RECORDS, '1.36').has('gen_ai.client.operation.time_to_first_chunk')).toBe(false);
  expect(pointsOf(sent([aRecord()]), 'gen_ai.client.token.usage')).toEqual([
    ['chat openai gpt-5-mini input', 1, 120],
    ['chat openai gpt-5-mini output', 1, 80],
  ]);
  const counters = sent([aRecord()], 'genai-0.1');
  expect(pointsOf(counters, 'gen_ai.client.inference.usage.reasoning.output_tokens')).toEqual([
    ['chat openai gpt-5-mini unknown', 30],
  ]);
  expect(counters.has('gen_ai.client.token.usage')).toBe(false);
  expect(counters.get('gen_ai.client.inference.usage.input_tokens')).toMatchObject({
    unit: '{token}',
    sum: { isMonotonic: true },
  });
});

it('the boundaries are those of the conventions', () => {
  const metrics = sent([aRecord({ attempts: [anAttempt({ ms: 20 })], inputTokens: 4 })]);
  const [duration] = metrics.get('gen_ai.client.operation.duration')?.histogram?.dataPoints ?? [];
  expect(duration?.explicitBounds).toEqual([
    0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
  ]);
  // A bound belongs to the bucket below it.
  expect(duration?.bucketCounts?.indexOf('1')).toBe(1);
  const [input] = metrics.get('gen_ai.client.token.usage')?.histogram?.dataPoints ?? [];
  expect(input?.explicitBounds).toEqual([
    1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864,
  ]);
  expect(input?.bucketCounts?.indexOf('1')).toBe(1);
});

it('whatever comes, nothing is lost: the points add up to the records', () => {
  const record = fc
    .record({
      tenant: fc.constantFrom('acme', 'other', null),
      feature: fc.constantFrom('chat', null),
      totalMs: fc.nat(200_000),
      costMicroUsd: fc.nat(1e6),
      attempts: fc.array(fc.record({ ms: fc.nat(200_000), model: fc.constantFrom('a', 'b') }).map(anAttempt), {
        maxLength: 3,
      }),
    })
    .map(aRecord);
  fc.assert(
    fc.property(
      fc.array(record, { minLength: 1, maxLength: 30 }),
      fc.constantFrom(...CONVENTIONS),
      (records, conventions) => {
        const metrics = sent(records, conventions);
        const total = (name: string) =>
          (pointsOf(metrics, name) ?? []).reduce((sum, [, value]) => sum + Number(value), 0);
        expect(total('carryon.requests')).toBe(records.length);
        expect(total('carryon.request.duration')).toBe(records.length);
        const calls =
          conventions === 'genai-0.1' ? 'gen_ai.client.inference.duration' : 'gen_ai.client.operation.duration';
        expect(total(calls)).toBe(records.reduce((sum, { attempts }) => sum + attempts.length, 0));
        const costUsd = records.reduce((sum, { costMicroUsd }) => sum + costMicroUsd, 0) / 1e6;
        expect(total('carryon.cost')).toBeCloseTo(costUsd, 9);
      },
    ),
    { numRuns: 60 },
  );
});
