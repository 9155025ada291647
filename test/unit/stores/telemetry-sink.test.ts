import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RequestRecord } from '../../../worker/core/slo/record.ts';
import {
  CALL_TIMEOUT_MS,
  LONGEST_TURN_MS,
  MOST_IN_A_CALL,
  MOST_WAITING,
} from '../../../worker/core/telemetry/delivery.ts';
import type { Receiver } from '../../../worker/core/telemetry/telemetry.ts';
import type { RouterEvent } from '../../../worker/ports.ts';
import { HttpSink } from '../../../worker/stores/telemetry/http-sink.ts';
import { aRecord } from '../../support/a-record.ts';
import { TestClock } from '../pipeline/support/clock.ts';

const RECEIVER: Receiver = {
  ...{ name: 'otlp_traces', dialect: '1.41', url: 'https://otlp.test/v1/traces', headers: { 'x-key': 'k' } },
  ...{ credentials: undefined, problem: undefined },
};

type Answer = Response | 'hangs' | 'gone';

/** A sink whose receiver answers as told, at last as the last of `answers`. */
function sinkWith(answers: readonly (Answer | (() => Answer))[], receiver: Partial<Receiver> = {}) {
  const clock = new TestClock();
  const events: RouterEvent[] = [];
  const calls: { at: number; ids: string[]; headers: Record<string, string> }[] = [];
  const taken: string[] = [];
  const fetch = async (_url: string, { body, signal, headers }: RequestInit): Promise<Response> => {
    const ids = JSON.parse(String(body)) as string[];
    const next = answers[Math.min(calls.length, answers.length - 1)];
    calls.push({ at: clock.now(), ids, headers: headers as Record<string, string> });
    const answer = typeof next === 'function' ? next() : (next ?? 'gone');
    if (answer === 'gone') throw new TypeError('connection refused');
    if (answer === 'hangs')
      return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
    if (answer.ok) taken.push(...ids);
    return answer.clone();
  };
  const sink = new HttpSink(
    { ...RECEIVER, ...receiver },
    {
      ...{ clock, fetch, events: (event) => events.push(event), random: () => 1 },
      encode: (records) =>
        records.length === 0 ? undefined : JSON.stringify(records.map(({ requestId }) => requestId)),
    },
  );
  return { sink, clock, events, calls, taken };
}

let made = 0;
const records = (count: number): RequestRecord[] =>
  Array.from({ length: count }, () => aRecord({ requestId: `r${made++}` }));
const good = () => new Response('{}', { status: 200 });
const failing = (status: number, headers = {}) => new Response('no', { status, headers });

it('a batch goes out at once, with what the receiver wants to see', async () => {
  const { sink, calls, taken, clock, events } = sinkWith([good()], { credentials: 'pk-1:sk-2' });
  await sink.take(records(3));
  expect(calls).toHaveLength(1);
  expect(calls[0]?.headers).toEqual({
    ...{ 'content-type': 'application/json', 'x-key': 'k', authorization: `Basic ${btoa('pk-1:sk-2')}` },
  });
  expect(taken).toHaveLength(3);
  expect([sink.dropped, events, clock.pending]).toEqual([0, [], 0]);
});

it('while one call is under way, what comes waits, and goes with the next', async () => {
  const { sink, calls, clock } = sinkWith(['hangs', good()]);
  const first = sink.take(records(2));
  await clock.settle();
  await sink.take(records(3));
  await sink.take(records(1));
  expect(calls).toHaveLength(1);
  await clock.advance(CALL_TIMEOUT_MS + 1_000);
  await first;
  // It hung, so its records come once more, before the others.
  expect(calls.map(({ ids }) => ids.length)).toEqual([2, 6]);
  expect(sink.dropped).toBe(0);
});

describe('a receiver that fails', () => {
  it.each([429, 502, 503, 504])('with %i is tried again after a growing wait', async (status) => {
    const { sink, calls, taken, clock, events } = sinkWith([failing(status), failing(status), good()]);
    const taking = sink.take(records(5));
    await clock.run(taking);
    expect(calls.map(({ at }) => at - (calls[0]?.at ?? 0))).toEqual([0, 1_000, 3_000]);
    expect(taken).toHaveLength(5);
    expect(sink.dropped).toBe(0);
    expect(events).toMatchObject([
      { event: 'telemetry_failing', sink: 'otlp_traces', reason: `answered ${status}`, needsOperator: false },
      { event: 'telemetry_back', sink: 'otlp_traces', dropped: 0 },
    ]);
  });

  it.each([301, 400, 401, 404, 413, 500])('with %i does not get the same records again', async (status) => {
    const { sink, calls, clock, events } = sinkWith([failing(status), good()]);
    await sink.take(records(5));
    expect(sink.dropped).toBe(5);
    expect(calls).toHaveLength(1);
    expect(events).toMatchObject([{ event: 'telemetry_failing', reason: `answered ${status}`, needsOperator: true }]);
    await clock.advance(1_000);
    await sink.take(records(2));
    expect(calls[1]?.ids).toHaveLength(2);
    expect(sink.dropped).toBe(5);
  });

  it.each([
    ['in seconds', () => '7', 7_000],
    ['as a date', (now: number) => new Date(now + 8_000).toUTCString(), 8_000],
    ['shorter than the own wait', () => '0', 1_000],
    ['which cannot be read', () => 'soon', 1_000],
  ])('has its retry-after heard, %s', async (_, header, waitMs) => {
    const { sink, calls, clock } = sinkWith([() => failing(503, { 'retry-after': header(clock.now()) }), good()]);
    await clock.run(sink.take(records(1)));
    expect((calls[1]?.at ?? 0) - (calls[0]?.at ?? 0)).toBe(waitMs);
  });

  it('may not keep it waiting longer than five minutes, and no request is held for that', async () => {
    const { sink, calls, clock } = sinkWith([failing(429, { 'retry-after': '86400' }), good()]);
    await sink.take(records(1));
    expect(clock.pending).toBe(0);
    await clock.advance(280_000);
    await sink.take(records(1));
    expect(calls).toHaveLength(1);
    await clock.advance(20_000);
    await sink.take(records(1));
    expect(calls.map(({ ids }) => ids.length)).toEqual([1, 3]);
  });

  it('is reported once, however long it lasts', async () => {
    const { sink, clock, events } = sinkWith(['gone']);
    for (let batch = 0; batch < 30; batch++) {
      await clock.run(sink.take(records(50)));
      await clock.advance(10_000);
    }
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({ reason: 'cannot be reached' });
    expect(JSON.stringify(events)).not.toContain('otlp.test');
  });
});

it('a gone receiver costs the oldest beyond what may wait, each counted', async () => {
  const { sink, clock } = sinkWith(['gone']);
  for (let batch = 0; batch < 40; batch++) await clock.run(sink.take(records(50)));
  expect(sink.dropped).toBe(40 * 50 - MOST_WAITING);
});

it('a slow receiver holds one request for a while, and no other', async () => {
  const { sink, clock, calls } = sinkWith(['hangs']);
  const began = clock.now();
  const holding = sink.take(records(50));
  await clock.settle();
  await sink.take(records(50));
  expect(clock.now()).toBe(began);
  await clock.run(holding);
  expect(clock.now() - began).toBeLessThanOrEqual(LONGEST_TURN_MS + CALL_TIMEOUT_MS);
  expect(calls.length).toBeGreaterThan(1);
  expect(calls.every(({ ids }) => ids.length <= MOST_IN_A_CALL)).toBe(true);
});

it('a request that the platform ends in the middle of a call takes only that call with it, counted', async () => {
  const clock = new TestClock();
  // Neither its timers nor its calls come back.
  const ended = { clock: { now: () => clock.now(), after: () => () => {} }, fetch: () => new Promise<never>(() => {}) };
  const sink = new HttpSink(RECEIVER, { ...ended, random: () => 1, events: () => {}, encode: () => '[]' });
  void sink.take(records(4));
  await clock.advance(CALL_TIMEOUT_MS + 4_000);
  void sink.take(records(1));
  expect(sink.dropped).toBe(0);
  await clock.advance(2_000);
  void sink.take(records(1));
  expect(sink.dropped).toBe(4);
});

describe('an answer', () => {
  it.each([
    ['{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}', 2],
    ['{"partialSuccess":{"rejectedDataPoints":3}}', 3],
    ['{"partialSuccess":{"rejectedSpans":"99"}}', 5],
    ['{"partialSuccess":{"errorMessage":"a warning"}}', 0],
    ['{"partialSuccess":null}', 0],
    ['{"partialSuccess":{"rejectedSpans":"-4"}}', 0],
    ['{"partialSuccess":{"rejectedSpans":"many"}}', 0],
    ['null', 0],
    ['', 0],
    ['<html>', 0],
    [`"${'x'.repeat(1_000_000)}"`, 0],
  ])('%.60s: %i of 5 are lost, and none is sent again', async (body, lost) => {
    const { sink, calls } = sinkWith([new Response(body, { status: 200 })]);
    await sink.take(records(5));
    expect([sink.dropped, calls.length]).toEqual([lost, 1]);
  });

  it('that breaks off is a delivered one', async () => {
    const broken = () => new ReadableStream({ pull: () => Promise.reject(new TypeError('reset')) });
    const { sink, clock } = sinkWith([() => new Response(broken(), { status: 200 })]);
    await clock.run(sink.take(records(5)));
    expect(sink.dropped).toBe(0);
  });
});

it('a receiver whose variables are missing is never called; all is counted', async () => {
  const { sink, calls, events } = sinkWith([good()], { problem: 'OTLP_URL is not set' });
  await sink.take(records(3));
  expect([calls.length, sink.dropped]).toEqual([0, 3]);
  expect(events).toMatchObject([{ event: 'telemetry_failing', reason: 'OTLP_URL is not set', needsOperator: true }]);
});

it('whatever happens, each record is taken, waits, or is counted as lost', async () => {
  const answer = fc.constantFrom<() => Answer>(
    good,
    () => failing(503),
    () => failing(400),
    () => failing(429, { 'retry-after': '20' }),
    () => 'hangs',
    () => 'gone',
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(answer, { minLength: 1, maxLength: 12 }),
      fc.array(fc.tuple(fc.nat(400), fc.nat(30_000)), { maxLength: 12 }),
      async (answers, batches) => {
        const { sink, clock, taken } = sinkWith([...answers, good]);
        let sent = 0;
        const takings: Promise<void>[] = [];
        for (const [count, pauseMs] of batches) {
          sent += count;
          takings.push(sink.take(records(count)));
          await clock.advance(pauseMs);
        }
        await clock.advance(3_600_000);
        await clock.run(Promise.all(takings));
        for (let more = 0; more < 15; more++) {
          await clock.run(sink.take([]));
          await clock.advance(3_600_000);
        }
        expect(taken.length + sink.dropped).toBe(sent);
        expect(new Set(taken).size).toBe(taken.length);
      },
    ),
    { numRuns: 40 },
  );
});
