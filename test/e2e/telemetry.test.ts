/** Traces, metrics and logs over real HTTP, to receivers that take them, are slow, fail, or are gone. */
import { afterAll, expect, test } from 'vitest';
import { LOCAL_CLIENT_KEY } from '../../worker/core/identity/identity.ts';
import { LONGEST_TURN_MS, MOST_WAITING } from '../../worker/core/telemetry/delivery.ts';
import { answered } from '../support/ask.ts';
import { startBench } from '../support/bench.ts';
import { startOtlpReceiver } from '../support/otlp-receiver.ts';
import { plain, type RawPoint, type RawSpan } from '../support/otlp-schema.ts';
import { until } from '../support/until.ts';

const [otlp, langfuse] = [await startOtlpReceiver(), await startOtlpReceiver()];
const TRACES = '/v1/traces';
const METRICS = '/v1/metrics';
const LANGFUSE = '/api/public/otel/v1/traces';
const bench = await startBench({
  config: 'telemetry',
  variables: {
    ...{ OTLP_URL: otlp.origin, OTLP_HEADERS: 'x-team=blue%20team' },
    ...{ LANGFUSE_URL: langfuse.origin, LANGFUSE_PK: 'pk-lf-1', LANGFUSE_SK: 'sk-lf-2' },
  },
});
afterAll(async () => {
  await bench.stop();
  await Promise.all([otlp.close(), langfuse.close()]);
});

const MARKER = 'zebra-crossing-4711';
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

/** Requests, by their id, that spans were sent of. */
const requestsIn = (spans: readonly RawSpan[]): Set<unknown> =>
  new Set(
    spans.map(({ attributes }) => Object.entries(plain(attributes)).find(([key]) => key.endsWith('request_id'))?.[1]),
  );

/** Records that the router has logged, each a line. */
const logged = () =>
  bench.log
    .filter((line) => line.includes('"request_record"'))
    .map((line) => JSON.parse(line) as Record<string, unknown>);

const eventsOf = (event: string, sink: string) =>
  bench.log
    .filter((line) => line.startsWith(`{"event":"${event}"`))
    .map((line) => JSON.parse(line))
    .filter((one) => one.sink === sink);

const requestsCounted = (): number =>
  otlp.metrics
    .filter(({ name }) => name === 'carryon.requests')
    .flatMap(({ sum }) => sum?.dataPoints ?? [])
    .reduce((sum, point: RawPoint) => sum + Number(point.asDouble), 0);

/** A failed request ends the batch that it is in within a second. */
async function badRequest(): Promise<void> {
  for (const provider of [bench.a, bench.b]) await bench.sandbox.setFault(provider, '500', { times: 1 });
  expect((await answered(bench.url)).status).toBe(503);
}

test('receivers that take what comes are sent what the published formats say, and no text of a question or answer', async () => {
  const question = `Say ${MARKER}`;
  const traceparent = (flags: string) => ({ traceparent: `00-${TRACE}-00f067aa0ba902b7-${flags}` });
  const streamed = await answered(bench.url, { stream: true, question, user: 'ada@example.com' });
  const traced = await answered(bench.url, { question, headers: traceparent('01') });
  const unsampled = await answered(bench.url, { question, headers: traceparent('00') });
  const malformed = await answered(bench.url, {
    question,
    headers: { traceparent: `00-${MARKER}`, tracestate: MARKER },
  });
  await bench.sandbox.setFault(bench.a, '500', { times: 1 });
  const failedOver = await answered(bench.url, { question });
  const cached = { question, headers: { 'x-carryon-feature': 'cached' } };
  const miss = await answered(bench.url, cached);
  await until('it is cached', async () => (await answered(bench.url, cached)).header('x-carryon-cache') === 'hit');
  const refused = await answered(bench.url, { headers: { authorization: `Bearer ${MARKER}` } });
  expect([streamed, traced, unsampled, malformed, failedOver, miss].map(({ status }) => status)).toEqual(
    Array(6).fill(200),
  );
  expect(refused.status).toBe(401);
  await badRequest();
  await until('all of it has arrived', () => requestsCounted() === logged().length && logged().length >= 9);
  await until('the traces too', () =>
    [otlp, langfuse].every(({ spans }) => requestsIn(spans).size === logged().length - 1),
  );

  expect([...otlp.problems, ...langfuse.problems]).toEqual([]);
  const ids = logged().map(({ requestId }) => requestId);
  const unsampledId = unsampled.header('x-request-id');
  expect(ids).toContain(unsampledId);
  for (const { spans } of [otlp, langfuse]) {
    expect([...requestsIn(spans)].toSorted()).toEqual(ids.filter((id) => id !== unsampledId).toSorted());
  }
  const spansOf = (answer: { header(name: string): string | null }) => {
    const id = answer.header('x-request-id');
    return otlp.spans.filter(({ attributes }) => plain(attributes)['carryon.request_id'] === id);
  };
  expect(spansOf(traced).map(({ traceId }) => traceId)).toEqual([TRACE, TRACE]);
  expect(spansOf(traced)[0]?.parentSpanId).toBe('00f067aa0ba902b7');
  for (const answer of [streamed, malformed])
    expect(spansOf(answer)[0]?.traceId).toBe(answer.header('x-request-id')?.replaceAll('-', ''));
  expect(spansOf(failedOver).map(({ attributes }) => plain(attributes)['carryon.deployment'])).toEqual([
    undefined,
    'a',
    'b',
  ]);
  expect(plain(spansOf(streamed)[1]?.attributes ?? [])).toMatchObject({
    ...{ 'gen_ai.operation.name': 'chat', 'gen_ai.request.stream': true, 'gen_ai.response.finish_reasons': ['stop'] },
  });
  expect(plain(spansOf(traced)[1]?.attributes ?? [])).toMatchObject({
    'gen_ai.usage.output_tokens': traced.usage?.completion_tokens,
    'gen_ai.usage.input_tokens': traced.usage?.prompt_tokens,
  });
  expect(plain(spansOf(traced)[0]?.attributes ?? [])['carryon.cost_usd']).toBe(
    Number(traced.header('x-carryon-cost-usd')),
  );

  expect(otlp.headers[0]).toMatchObject({ 'content-type': 'application/json', 'x-team': 'blue team' });
  expect(langfuse.headers[0]).toMatchObject({
    ...{ path: LANGFUSE, authorization: `Basic ${btoa('pk-lf-1:sk-lf-2')}`, 'x-langfuse-ingestion-version': '4' },
  });
  const told = [...otlp.bodies, ...langfuse.bodies, ...bench.log].join('\n');
  for (const secret of [MARKER, 'ada@example.com', streamed.text, LOCAL_CLIENT_KEY, 'sk-lf-2'])
    expect(told.includes(secret), secret).toBe(false);
});

test('receivers that hang, fail or are gone delay no request, and lose what is beyond the bound, counted', async () => {
  const before = logged().length;
  otlp.behaviours.set(TRACES, 'holds');
  otlp.behaviours.set(METRICS, { status: 503, retryAfter: '1' });
  await langfuse.close();
  // Refused at once, so that there are many; and a few that are answered.
  const refused = { headers: { authorization: 'Bearer sk-wrong' } };
  const MANY = MOST_WAITING + 400;
  for (let sent = 0; sent < MANY; sent += 100) {
    const answers = await Promise.all(Array.from({ length: 100 }, () => answered(bench.url, refused)));
    expect(answers.every(({ status }) => status === 401)).toBe(true);
    expect((await answered(bench.url)).status).toBe(200);
  }
  // All are answered, while calls of a receiver hang.
  expect(otlp.held.length).toBeGreaterThan(0);
  const sent = MANY + MANY / 100;
  await badRequest();
  await until('all are logged', () => logged().length === before + sent + 1);
  await until('two are told of as failing', () =>
    ['langfuse', 'otlp_metrics'].every((sink) => eventsOf('telemetry_failing', sink).length > 0),
  );

  const had = {
    traces: requestsIn(otlp.spans).size,
    metrics: requestsCounted(),
    langfuse: requestsIn(langfuse.spans).size,
  };
  otlp.behaviours.clear();
  await langfuse.open();
  await badRequest();
  let all = sent + 2;
  const lost = (sink: string) => Number(eventsOf('telemetry_back', sink).at(-1)?.dropped ?? Number.NaN);
  let [seen, since] = ['', 0];
  const haveAllArrived = async (): Promise<boolean> => {
    const counts = [
      requestsIn(otlp.spans).size - had.traces + lost('otlp_traces'),
      requestsCounted() - had.metrics + lost('otlp_metrics'),
      requestsIn(langfuse.spans).size - had.langfuse + lost('langfuse'),
    ];
    if (seen !== counts.join()) [seen, since] = [counts.join(), performance.now()];
    // On a slow machine that request's turn is over before all is sent, and the next request goes on.
    else if (performance.now() - since > 2 * LONGEST_TURN_MS) {
      await badRequest();
      all++;
      since = performance.now();
    }
    return counts.every((count) => count === all);
  };
  await until('what waited has arrived at all', haveAllArrived, 270_000);
  for (const sink of ['otlp_traces', 'otlp_metrics', 'langfuse']) {
    expect(eventsOf('telemetry_failing', sink).length, sink).toBeGreaterThan(0);
    // As many as may wait are kept.
    expect(lost(sink), sink).toBeGreaterThan(0);
    expect(lost(sink), sink).toBeLessThanOrEqual(all - MOST_WAITING);
  }
  expect([...otlp.problems, ...langfuse.problems]).toEqual([]);
  expect(bench.log.filter((line) => line.includes('telemetry') && line.includes('127.0.0.1'))).toEqual([]);
});
