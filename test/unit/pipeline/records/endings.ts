/** Requests that reach the providers, the cache or an object, and bugs. */
import { errorEvent, failing, finish, good, goodReply, role, streamed, text, usage } from '../support/openai.ts';
import { as, asking, both, cache, kept, leaving, MARKER, type Row, refused, SUMMARIZE } from './asking.ts';

export const ENDINGS: Row[] = [
  [
    'all deployments are busy',
    { ...refused('overloaded', 503), deployment: null },
    'gateway',
    asking({}, ({ deployments, board }) => {
      for (const one of deployments) {
        one.maxParallel = 1;
        board.enter(one, {});
      }
    }),
  ],
  [
    'all providers fail',
    { code: 'providers_unavailable', status: 503, ending: 'refused', ttftMs: null, hops: 1, deployment: 'b' },
    'inference',
    asking({}, both(failing(500))),
  ],
  [
    'all providers hang',
    { code: 'deadline_exceeded', status: 503, ending: 'refused', ttftMs: null },
    'inference',
    asking({}, both({ instead: 'hang' })),
  ],
  [
    'all providers limit the rate',
    { code: 'rate_limited_by_provider', status: 429, ending: 'refused' },
    'inference',
    asking({}, both(failing(429))),
  ],
  [
    'a provider finds a mistake of the caller',
    { code: 'provider_rejected', status: 400, ending: 'refused', deployment: 'a', hops: 0 },
    'caller',
    asking({}, both(failing(400, { message: MARKER, code: MARKER, param: MARKER }))),
  ],
  [
    'under a key, with no object to keep the answer',
    refused('stream_unavailable', 503),
    'gateway',
    asking({ headers: { 'idempotency-key': 'key-1' } }),
  ],
  [
    'a bug',
    { code: 'internal_error', status: 500, ending: 'refused', feature: 'chat', alias: 'app/chat' },
    'gateway',
    async (router) => {
      router.deps.scopes.of = () => {
        throw new RangeError(MARKER);
      };
      await router.ask().catch(() => {});
    },
  ],
  [
    'an upload that breaks off',
    { code: 'client_gone', status: 499, ending: 'left', ttftMs: null, tenant: 'local' },
    'left',
    async (router) => {
      const body = new ReadableStream({ pull: (controller) => controller.error(new Error('gone')) });
      await router.clock.run(router.sendBody(body));
    },
  ],
  [
    'an upload that takes too long',
    { ...refused('body_timeout', 408), totalMs: 10_000 },
    'caller',
    async (router) => {
      await router.clock.run(router.sendBody(new ReadableStream({ pull: () => new Promise(() => {}) })));
    },
  ],
  [
    'a client that leaves before any content',
    { code: 'client_gone', status: 499, ending: 'left', ttftMs: null, totalMs: 3_000, stream: true },
    'left',
    async (router) => {
      router.upstream.on('a', { ...good(true, 'Late'), afterMs: 5_000 });
      await leaving(router, true);
    },
  ],
  [
    'a client that leaves in the middle',
    { code: null, status: 200, ending: 'left', ttftMs: 0, stream: true, estimated: true, finishReason: null },
    'good',
    async (router) => {
      router.upstream.on('a', streamed(role, text(MARKER), { waitMs: 5_000 }, text('more'), finish));
      await leaving(router, true);
    },
  ],
  [
    'a stream that breaks off',
    { code: 'stream_interrupted', status: 200, ending: 'cut', ttftMs: 0, deployment: 'a' },
    'inference',
    asking({ stream: true }, both(streamed(role, text(MARKER)))),
  ],
  [
    'a stream that fails by an event',
    { code: 'stream_interrupted', status: 200, ending: 'cut' },
    'inference',
    asking({ stream: true }, both(streamed(role, text(MARKER), errorEvent))),
  ],
  [
    'an answer in one piece',
    {
      ...{
        code: null,
        status: 200,
        ending: 'complete',
        ttftMs: 700,
        totalMs: 700,
        stream: false,
        finishReason: 'stop',
      },
      ...{ inputTokens: 10, outputTokens: 5, costMicroUsd: 30, estimated: false, deployment: 'a', model: 'model-a' },
      ...{ provider: 'provider-a', tenant: 'local', keyId: 'local', mode: 'normal', cache: null, role: 'own' },
    },
    'good',
    asking({}, both({ ...goodReply(MARKER), afterMs: 700 })),
  ],
  [
    'an answer as a stream',
    {
      ...{ code: null, status: 200, ending: 'complete', ttftMs: 400, totalMs: 1_000, stream: true, inputTokens: 10 },
      ...{ outputTokens: 5, costMicroUsd: 30, estimated: false, finishReason: 'stop', user: 'ana' },
    },
    'good',
    asking({ stream: true, user: 'ana' }, ({ upstream }) =>
      upstream.on(
        'a',
        streamed(role, { waitMs: 400 }, text(MARKER), { waitMs: 600 }, finish, usage, 'data: [DONE]\n\n'),
      ),
    ),
  ],
  [
    'an answer after a failover',
    { code: null, status: 200, ending: 'complete', hops: 1, deployment: 'b', provider: 'provider-b' },
    'good',
    asking({}, ({ upstream }) => {
      upstream.on('a', failing(500));
      upstream.on('b', goodReply(MARKER));
    }),
  ],
  [
    'a drill’s request',
    { code: null, ending: 'complete', drill: 'drill-1' },
    'drill',
    asking(as('sk-drill'), both(goodReply(MARKER))),
  ],
  [
    'a hit',
    {
      ...{ code: null, status: 200, ending: 'complete', cache: 'hit', cacheAgeS: 60, cacheTtlS: 3_600, ttftMs: 0 },
      ...{ costMicroUsd: 0, inputTokens: 0, attempts: [], deployment: 'a', model: 'model-a', feature: 'summarize' },
    },
    'good',
    async (router) => {
      await kept(router);
      await router.clock.advance(60_000);
      await router.ask({ ...SUMMARIZE, stream: true });
    },
  ],
  [
    'a stale answer',
    {
      code: null,
      staleCause: 'providers_unavailable',
      status: 200,
      ending: 'complete',
      cache: 'stale',
      cacheTtlS: 3_600,
      deployment: 'a',
      model: 'model-a',
    },
    'good',
    async (router) => {
      await kept(router);
      await router.clock.advance(cache.ttlMs);
      both(failing(503))(router);
      await router.ask(SUMMARIZE);
    },
  ],
  [
    'a miss',
    { code: null, status: 200, ending: 'complete', cache: 'miss', cacheAgeS: null, costMicroUsd: 30 },
    'good',
    asking(SUMMARIZE, both(goodReply(MARKER))),
  ],
  [
    'a question that passes the cache by',
    { code: null, status: 200, ending: 'complete', cache: 'bypass' },
    'good',
    asking({ headers: { ...SUMMARIZE.headers, 'x-carryon-cache': 'no-store' } }, both(goodReply(MARKER))),
  ],
];
