/** Which providers go on with a trace: those that config says are one's own, and of the caller's headers nothing else. */
import { expect, it } from 'vitest';
import type { Job } from '../../../worker/core/answers/stream/job.ts';
import { spanIdOf, traceIdOf, traceparentOfCall } from '../../../worker/core/telemetry/span-ids.ts';
import { answerRuns } from '../../../worker/run/run-job.ts';
import { objectReply } from './support/object-reply.ts';
import { failing, good } from './support/openai.ts';
import { deployment, TestRouter } from './support/router.ts';

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';
const headers = { traceparent: `00-${TRACE}-${PARENT}-01`, tracestate: 'vendor=secret' };

it.each([false, true])(
  'a deployment that asks for it gets a header of ours, the others none; stream: %s',
  async (stream) => {
    const router = new TestRouter([deployment('a'), deployment('own', { order: 2, traceparent: true })]);
    router.upstream.on('a', failing(500));
    router.upstream.on('own', good(stream, 'Hello'));
    const { status } = await router.ask({ stream, headers });
    expect(status).toBe(200);
    const sentTo = (id: string) => router.upstream.callsTo(id).map(({ init }) => new Headers(init.headers));
    for (const sent of sentTo('a')) expect([sent.get('traceparent'), sent.get('tracestate')]).toEqual([null, null]);
    const calls = router.upstream.calls.length;
    const requestId = router.records.at(-1)?.requestId ?? '';
    expect(sentTo('own').map((sent) => sent.get('traceparent'))).toEqual([
      `00-${TRACE}-${spanIdOf({ requestId, traceparent: null }, calls)}-01`,
    ]);
    for (const sent of sentTo('own')) {
      expect(sent.get('tracestate')).toBeNull();
      expect(sent.get('authorization')).toBe('Bearer key-own');
      expect([...sent.values()].join().includes(PARENT)).toBe(false);
    }
    // The next request has one of its own.
    await router.ask({ stream });
    expect(sentTo('own').at(-1)?.get('traceparent')).not.toContain(TRACE);
  },
);

it('the run of a keyed answer goes on with it too', async () => {
  const router = new TestRouter([deployment('own', { traceparent: true })]);
  router.upstream.on('own', good(true, 'Hello'));
  const jobs: Job[] = [];
  router.deps.answerStreams.open = async (_, { job }) => {
    jobs.push(job);
    return objectReply('{}');
  };
  await router.send({ stream: true, headers: { ...headers, 'idempotency-key': 'k' } });
  const [job] = jobs;
  if (job === undefined) throw new Error('no object was asked');
  const hooks = { onAsk: () => {}, onStart: () => {}, admitted: () => {}, settled: () => {} };
  const background = (work: Promise<unknown>) => void router.background.push(work);
  // As it arrives at the object.
  const sent = JSON.parse(JSON.stringify(job)) as Job;
  const run = { signal: new AbortController().signal, background, isShared: false, ...hooks };
  await router.clock.run(answerRuns(router.deps).produce(sent, run));
  const [call] = router.upstream.callsTo('own');
  const said = new Headers(call?.init.headers).get('traceparent');
  expect(said).toBe(`00-${TRACE}-${spanIdOf({ requestId: job.requestId, traceparent: null }, 1)}-01`);
});

const requestId = '019ab2c4-5e6f-7a1b-8c2d-0123456789ab';

it('the ids are made of the request’s', () => {
  expect(traceIdOf({ requestId, traceparent: null })).toBe('019ab2c45e6f7a1b8c2d0123456789ab');
  expect(spanIdOf({ requestId, traceparent: null })).toBe('8c2d0123456789ab');
  expect(spanIdOf({ requestId, traceparent: null }, 1)).toBe('012d0123456789ab');
  expect(spanIdOf({ requestId, traceparent: null }, 26)).toBe('1a2d0123456789ab');
});

it.each([
  [null, '00-019ab2c45e6f7a1b8c2d0123456789ab-022d0123456789ab-01'],
  [`00-${TRACE}-${PARENT}-00`, `00-${TRACE}-022d0123456789ab-00`],
  [`00-${TRACE}-${PARENT}-ff`, `00-${TRACE}-022d0123456789ab-01`],
])('after %s a call says %s', (traceparent, said) => {
  expect(traceparentOfCall({ requestId, traceparent }, 2)).toBe(said);
});
