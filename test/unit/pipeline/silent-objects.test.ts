/** Objects of keyed and shared answers that hang, or die while the Worker reads their reply. */
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import type { Identity } from '../../../worker/core/identity/identity.ts';
import { attachById, stopById } from '../../../worker/pipeline/attach.ts';
import { noteHeaders } from './support/object-reply.ts';
import { goodReply } from './support/openai.ts';
import { feature, TestRouter } from './support/router.ts';

let router: TestRouter;
beforeEach(() => {
  router = new TestRouter();
});

it.each([
  ['without a key', {}, 200, null],
  ['with a key', { 'idempotency-key': 'k' }, 503, 'stream_unavailable'],
])('%s: an object that dies while it says why it refuses has said nothing', async (_, headers, status, code) => {
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', { cache }));
  Object.assign(router.deps.config, { features });
  router.upstream.on('a', goodReply('An answer.'));
  router.deps.answerStreams.open = async () => {
    const broken = new ReadableStream({ pull: (controller) => controller.error(new Error('it died')) });
    return new Response(broken, { status: 429, headers: noteHeaders() });
  };
  const answered = await router.ask({ headers: { 'x-carryon-feature': 'summarize', ...headers } });
  expect([answered.status, answered.code ?? null]).toEqual([status, code]);
  expect(router.records).toMatchObject([{ status, code }]);
});

it.each([
  ['breaks off', () => Promise.reject(new Error('it died')), 503],
  ['refuses', async () => new Response('{"error":{"code":"x"}}', { status: 429, headers: noteHeaders() }), 429],
])('a request counts as under way in its isolate again once its object %s', async (_, open, status) => {
  const underWay = new Set<object>();
  const seen: number[] = [];
  Object.assign(router.deps.records, {
    opened: (request: object) => void seen.push(underWay.add(request).size),
    ended: (request: object) => void (underWay.delete(request) && seen.push(underWay.size)),
  });
  router.deps.answerStreams.open = () => {
    // If the runtime ends the request now, the object closes its record, so it must not count as lost too.
    expect(underWay.size).toBe(0);
    return open();
  };
  expect((await router.ask({ headers: { 'idempotency-key': 'k' } })).status).toBe(status);
  expect(seen).toEqual([1, 0, 1, 0]);
  expect(router.records).toMatchObject([{ status }]);
});

describe('an answer that is asked for by its id', () => {
  const asking = () => ({
    identity: router.identities.get('sk-test') as Identity,
    user: 'ana',
    headers: new Headers(),
  });
  const hangs = () => new Promise<never>(() => {});

  it('is not waited for without end, and its object hears of it', async () => {
    let signal: AbortSignal | undefined;
    router.deps.answerStreams.attach = (_id, _message, given) => {
      signal = given;
      return hangs();
    };
    const attached = await router.clock.run(attachById('id', asking(), new AbortController().signal, router.deps));
    expect(attached).toMatchObject({ ok: false, error: { code: 'stream_unavailable' } });
    expect(signal?.aborted).toBe(true);
    expect(router.clock.pending).toBe(0);
  });

  it('is not waited for without end to be stopped', async () => {
    router.deps.answerStreams.stop = hangs;
    const stopped = await router.clock.run(stopById('id', asking(), router.deps));
    expect(stopped).toMatchObject({ ok: false, error: { code: 'stream_unavailable' } });
    expect(router.clock.pending).toBe(0);
  });
});
