import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../../worker/core/slo/record.ts';
import type { Dialect } from '../../../../worker/core/telemetry/names.ts';
import { traceBody } from '../../../../worker/core/telemetry/spans.ts';
import { aFailover, anAttempt, aRecord } from '../../../support/a-record.ts';
import { plain, type RawSpan, spansIn, traceProblems } from '../../../support/otlp-schema.ts';

const ORIGIN = { instance: 'isolate-1', version: '1.2.3' };
const DIALECTS: Dialect[] = ['1.36', '1.41', 'genai-0.1', 'langfuse'];

function sent(records: readonly RequestRecord[], dialect: Dialect = '1.41'): RawSpan[] {
  const body = JSON.parse(traceBody(records, dialect, ORIGIN) ?? 'null') as unknown;
  expect(traceProblems(body)).toEqual([]);
  return spansIn(body);
}

it('a request is a span, and each call of a provider is one below it', () => {
  const [request, failed, served] = sent([aFailover()]);
  expect(request).toMatchObject({ name: 'chat app/chat', kind: 2 });
  expect(request?.parentSpanId).toBeUndefined();
  expect(request?.status).toBeUndefined();
  expect(failed).toMatchObject({ name: 'chat gpt-5-mini', kind: 3, status: { code: 2, message: 'server_error' } });
  expect(served).toMatchObject({ name: 'chat claude-haiku-4-5', kind: 3 });
  for (const call of [failed, served])
    expect(call).toMatchObject({ traceId: request?.traceId, parentSpanId: request?.spanId });
  expect(new Set([request?.spanId, failed?.spanId, served?.spanId]).size).toBe(3);
  expect(served?.startTimeUnixNano).toBe('1800000000110000000');
  expect(served?.endTimeUnixNano).toBe('1800000002090000000');
});

it('without a caller’s trace the request’s id is the trace’s', () => {
  expect(sent([aRecord()])[0]?.traceId).toBe('019ab2c45e6f7a1b8c2d0123456789ab');
});

it('a caller’s trace goes on, unless its caller does not sample it', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const traceparent = (flags: string) => `00-${trace}-00f067aa0ba902b7-${flags}`;
  const [request, call] = sent([aRecord({ traceparent: traceparent('01') })]);
  expect(request).toMatchObject({ traceId: trace, parentSpanId: '00f067aa0ba902b7' });
  expect(call).toMatchObject({ traceId: trace, parentSpanId: request?.spanId });
  expect(sent([aRecord({ traceparent: traceparent('03') })])).toHaveLength(2);
  expect(traceBody([aRecord({ traceparent: traceparent('00') })], '1.41', ORIGIN)).toBeUndefined();
  expect(sent([aRecord({ traceparent: traceparent('02') }), aRecord()])).toHaveLength(2);
});

describe('the attributes of a call', () => {
  const record = aFailover({ estimated: true });
  const attributesOf = (dialect: Dialect) => sent([record], dialect).map(({ attributes }) => plain(attributes));

  it('in the conventions of 1.41 and of their own repository', () => {
    for (const dialect of ['1.41', 'genai-0.1'] as const) {
      const [, failed, served] = attributesOf(dialect);
      expect(served).toMatchObject({
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'anthropic',
        'gen_ai.request.model': 'claude-haiku-4-5',
        'gen_ai.request.stream': true,
        'gen_ai.response.time_to_first_chunk': 0.4,
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.usage.input_tokens': 120,
        'gen_ai.usage.output_tokens': 80,
        'gen_ai.usage.cache_read.input_tokens': 20,
        'gen_ai.usage.reasoning.output_tokens': 30,
        'carryon.deployment': 'claude',
        'carryon.hop': 1,
        'carryon.usage_estimated': true,
      });
      expect(failed).toMatchObject({ 'error.type': 'server_error', 'http.response.status_code': 500 });
      expect(Object.keys(failed ?? {}).filter((key) => key.startsWith('gen_ai.usage'))).toEqual([]);
    }
  });

  it('in those of 1.36', () => {
    const served = attributesOf('1.36').at(-1);
    expect(served).toMatchObject({ 'gen_ai.system': 'anthropic', 'gen_ai.usage.input_tokens': 120 });
    expect(Object.keys(served ?? {})).not.toContain('gen_ai.provider.name');
    expect(Object.keys(served ?? {})).not.toContain('gen_ai.request.stream');
  });

  it('as Langfuse maps them', () => {
    const [request, failed, served] = attributesOf('langfuse');
    expect(request).toMatchObject({
      'langfuse.trace.name': 'chat',
      'langfuse.trace.tags': ['feature:chat', 'tenant:acme'],
      'langfuse.user.id': '0123456789abcdef',
      'langfuse.release': 'b-7',
      'langfuse.version': 'v3',
      'langfuse.observation.type': 'span',
      'langfuse.observation.metadata.tenant': 'acme',
      'langfuse.observation.metadata.feature': 'chat',
    });
    expect(failed).toMatchObject({
      'langfuse.observation.type': 'generation',
      'langfuse.observation.level': 'WARNING',
      'langfuse.observation.status_message': 'server_error',
    });
    expect(served).toMatchObject({
      'langfuse.trace.tags': ['feature:chat', 'tenant:acme'],
      'langfuse.observation.model.name': 'claude-haiku-4-5',
      'langfuse.observation.completion_start_time': new Date(record.arrivedAt + 110 + 400).toISOString(),
      'langfuse.observation.usage_details': JSON.stringify({
        ...{ input: 100, input_cached_tokens: 20, output: 50, output_reasoning_tokens: 30, total: 200 },
      }),
      'langfuse.observation.cost_details': JSON.stringify({ total: 0.001234 }),
    });
    const keys = [request, failed, served].flatMap((attributes) => Object.keys(attributes ?? {}));
    expect(keys.filter((key) => !key.startsWith('langfuse.'))).toEqual([]);
  });
});

it('a failure of the router is an error; a caller’s mistake is none', () => {
  const statusOf = (changes: Partial<RequestRecord>) => sent([aRecord({ attempts: [], ...changes })])[0]?.status;
  expect(statusOf({ status: 503, code: 'providers_unavailable', ending: 'refused' })).toEqual({
    ...{ code: 2, message: 'providers_unavailable' },
  });
  expect(statusOf({ status: 200, ending: 'cut' })).toEqual({ code: 2, message: 'cut' });
  expect(statusOf({ status: 400, code: 'invalid_body', ending: 'refused' })).toBeUndefined();
  expect(statusOf({ status: 200, ending: 'left' })).toBeUndefined();
});

it('the resource names the router, its version and the isolate', () => {
  const resourceOf = (build: string | null) => {
    const body = JSON.parse(traceBody([aRecord({ build })], '1.41', ORIGIN) ?? '');
    return plain(body.resourceSpans[0].resource.attributes);
  };
  expect(resourceOf('b-7')).toEqual({
    ...{ 'service.name': 'carryon', 'service.version': 'b-7', 'service.instance.id': 'isolate-1' },
  });
  expect(resourceOf(null)).toMatchObject({ 'service.version': '1.2.3' });
});

const id = fc.uuid({ version: 7 });
const name = fc.option(fc.string({ maxLength: 20 }));
const ms = fc.nat(900_000);
const anyAttempt = fc
  .record({
    startedMs: ms,
    ttftMs: fc.option(ms),
    ms,
    status: fc.option(fc.nat(599)),
    hop: fc.nat(9),
    model: fc.string(),
  })
  .map(anAttempt);
const anyRecord = fc
  .record({
    ...{ requestId: id, tenant: name, userHash: name, feature: name, alias: name, build: name, stream: fc.boolean() },
    ...{
      attempts: fc.array(anyAttempt, { maxLength: 40 }),
      ttftMs: fc.option(ms),
      totalMs: ms,
      costMicroUsd: fc.nat(),
    },
    ...{ inputTokens: fc.nat(), outputTokens: fc.nat(), finishReason: fc.constantFrom('stop' as const, null) },
  })
  .map(aRecord);

it('whatever a record holds, the wire format is kept, and no id is there twice', () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(anyRecord, { minLength: 1, maxLength: 5, selector: (one) => one.requestId }),
      (records) => {
        for (const dialect of DIALECTS) {
          const spans = sent(records, dialect);
          expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
        }
      },
    ),
    { numRuns: 60 },
  );
});
