/** What a request came to is written once, when its answer is over: as a line of the log for those that failed over or failed. */
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import { OpenRecord } from '../../../worker/pipeline/record.ts';
import type { RequestContext } from '../../../worker/pipeline/request.ts';
import type { Records } from '../../../worker/ports.ts';
import { aloneReply } from './support/object-reply.ts';
import { failing, good, goodReply } from './support/openai.ts';
import { feature, TestRouter } from './support/router.ts';

let router: TestRouter;
const told = () => router.events.filter(({ event }) => event.startsWith('request_'));

beforeEach(() => {
  router = new TestRouter();
});

describe('a streamed answer that failed over', () => {
  it('is written once, when the stream has ended', async () => {
    router.upstream.on('a', failing(503));
    router.upstream.on('b', good(true, 'Hello'));
    const response = await router.clock.run(router.send({ stream: true }));
    expect(told()).toEqual([]);
    await router.clock.run(response.text());
    expect(told()).toMatchObject([{ event: 'request_failed_over', servedBy: 'b', requestId: 'request-1' }]);
  });

  it('is written when its reader has left', async () => {
    router.upstream.on('a', failing(503));
    router.upstream.on('b', good(true, 'Hello'));
    const response = await router.clock.run(router.send({ stream: true }));
    await router.clock.run(Promise.resolve(response.body?.cancel()));
    await router.clock.run(Promise.all(router.background));
    expect(told()).toMatchObject([{ event: 'request_failed_over', servedBy: 'b' }]);
  });
});

it.each([true, false])('a fault in writing the record breaks no answer (streamed: %s)', async (stream) => {
  const tell = router.deps.events;
  router.deps.events = (event) => {
    if (event.event === 'request_failed_over') throw new RangeError('ours');
    tell(event);
  };
  router.upstream.on('a', failing(503));
  router.upstream.on('b', good(stream, 'Hello'));
  const { status, shown, body } = await router.ask({ stream });
  expect([status, shown, body.endsWith('[DONE]\n\n')]).toEqual([200, 'Hello', stream]);
  expect(router.events).toContainEqual(expect.objectContaining({ event: 'internal_error', reason: 'RangeError' }));
});

it('a request whose record a fault kept from being made stays under way, so that it counts as lost', () => {
  const { clock, config, events } = router.deps;
  const underWay = new Set<object>();
  const context = { requestId: 'request', arrivedAt: clock.now(), namedFeature: null } as RequestContext;
  const recorded = (colo: () => string) => {
    const records: Records = {
      opened: (request) => void underWay.add(request),
      ended: (request) => void underWay.delete(request),
      close: () => {},
    };
    const links = { clock, config, events, records, build: 'test' };
    const record = new OpenRecord('ai', links, Object.defineProperty({ ...context }, 'colo', { get: colo }));
    records.opened(record);
    record.fail();
    return underWay.size;
  };
  expect(recorded(() => 'AMS')).toBe(0);
  const broken = (): string => {
    throw new RangeError('ours');
  };
  expect(recorded(broken)).toBe(1);
});

it('a failure that a stale answer covers is recorded all the same', async () => {
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', { cache }));
  Object.assign(router.deps.config, { features });
  router.deps.answerStreams.open = async () => aloneReply();
  const summarize = () => router.ask({ headers: { 'x-carryon-feature': 'summarize' } });
  router.upstream.on('a', goodReply('An answer.'));
  await summarize();
  await Promise.all(router.background);
  await router.clock.advance(cache.ttlMs);
  for (const { id } of router.deployments) router.upstream.on(id, failing(503));
  const { status, headers } = await summarize();
  expect([status, headers.get('x-carryon-cache')]).toEqual([200, 'stale']);
  expect(Number(headers.get('x-carryon-attempts'))).toBeGreaterThan(1);
  expect(told()).toMatchObject([{ event: 'request_failed', code: 'providers_unavailable' }]);
});

it('a request that was answered at once, or refused, is no line', async () => {
  router.upstream.on('a', goodReply('Hello'));
  await router.ask();
  await router.ask({ headers: { authorization: 'Bearer nobody' } });
  await router.ask({ body: { model: 'no such alias' } });
  router.ledger.limit('tenant', { monthlyMicroUsd: 0 });
  expect((await router.ask()).status).toBe(429);
  expect(told()).toEqual([]);
});
