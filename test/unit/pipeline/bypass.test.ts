/** Bypass: the first deployment, once, without board and cache; money, limits and keys as always. */
import { describe, expect, it } from 'vitest';
import type { AnswerHead } from '../../../worker/core/answers/answer-head.ts';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import type { Job } from '../../../worker/core/answers/stream/job.ts';
import type { OpenMessage } from '../../../worker/core/answers/stream/messages.ts';
import { PLAIN_ROUTE } from '../../../worker/core/routing/route.ts';
import { answerRuns } from '../../../worker/run/run-job.ts';
import { COST, settled, withBudget } from './support/budget.ts';
import { objectReply } from './support/object-reply.ts';
import { errorEvent, failing, good, goodReply, role, streamed } from './support/openai.ts';
import { override } from './support/overrides.ts';
import { deployment, feature, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const ALIAS = 'app/chat';

/** `b` is first in the list of those with the lowest order, then `a`; `c` is in another group. */
function bypassed(router = new TestRouter(deploymentsOf())): TestRouter {
  for (const id of ['a', 'b', 'c']) router.upstream.on(id, goodReply(`Hello from ${id.toUpperCase()}`));
  override(router, { bypass: [ALIAS], pins: { [ALIAS]: 'c' } });
  return router;
}
const deploymentsOf = () => [
  deployment('c', { order: 2 }),
  deployment('b', { order: 1, maxParallel: 1 }),
  deployment('a', { order: 1, weight: 1_000 }),
];
const askedOf = (router: TestRouter): string[] => router.upstream.calls.map(({ to }) => to);

const FAILURES: [string, Script][] = [
  ['answers with errors', failing(503)],
  ['refuses the key', failing(401, { code: 'invalid_api_key' })],
  ['has no money', failing(402)],
  ['refuses connections', { instead: 'refuse' }],
  ['hangs', { instead: 'hang' }],
  ['asks for a short wait', failing(429, {}, { 'retry-after': '1' })],
  ['asks for a long wait', failing(429, {}, { 'retry-after': '600' })],
  ['does not know the model', failing(404, { code: 'model_not_found' })],
  ['finds the prompt too long', failing(400, { code: 'context_length_exceeded' })],
  ['breaks off before content', streamed(role, 'reset')],
  ['fails inside its stream', streamed(role, errorEvent)],
];

describe('under bypass', () => {
  it.each([false, true])('the first deployment answers, whatever is pinned (streamed: %s)', async (stream) => {
    const router = bypassed();
    router.upstream.on('b', good(stream, 'Hello from B'));
    for (let request = 0; request < 8; request++) {
      const { shown, headers } = await router.ask({ stream });
      expect([shown, headers.get('x-carryon-mode'), headers.get('x-carryon-cache')]).toEqual([
        'Hello from B',
        'bypass',
        null,
      ]);
      expect([headers.get('cache-control'), headers.get('x-carryon-attempts')]).toEqual(['no-store', null]);
    }
  });

  it.each(FAILURES)(
    'one that %s is asked once a request; nobody else is, and the board hears nothing',
    async (_, script) => {
      for (const stream of [false, true]) {
        const router = bypassed(withBudget(1_000_000_000, deploymentsOf()));
        router.upstream.on('b', script);
        for (let request = 1; request <= 6; request++) {
          const { status, headers } = await router.ask({ stream });
          expect(status).toBeGreaterThanOrEqual(400);
          expect([headers.get('x-carryon-mode'), headers.get('x-carryon-attempts')]).toEqual(['bypass', null]);
          expect(askedOf(router)).toEqual(Array(request).fill('b'));
        }
        await router.clock.run(Promise.all(router.background));
        expect(router.standings).toEqual({ a: 'up', b: 'up', c: 'up' });
        expect([router.reports, router.probes]).toEqual([[], 0]);
        expect(router.events.filter(({ event }) => event.startsWith('deployment_'))).toEqual([]);
        expect(router.ledger.figures()).toMatchObject(settled);
      }
    },
  );

  it('one in cooldown is asked, and stays in cooldown for all others', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(401, { code: 'invalid_api_key' }));
    router.upstream.on('b', goodReply('Hello from B'));
    await router.ask();
    const standings = { a: 'cooling', b: 'up' };
    expect(router.standings).toEqual(standings);
    override(router, { bypass: ['*'] });
    router.upstream.on('a', goodReply('Hello from A'));
    expect((await router.ask()).shown).toBe('Hello from A');
    override(router, {});
    expect((await router.ask()).shown).toBe('Hello from B');
    expect(router.standings).toEqual(standings);
  });

  it('a refusal names the time that its provider asked for, and the log line the mode', async () => {
    const router = bypassed();
    router.upstream.on('b', failing(429, {}, { 'retry-after': '600' }));
    const { code, headers } = await router.ask();
    expect([code, headers.get('retry-after')]).toEqual(['rate_limited_by_provider', '600']);
    expect(router.events).toMatchObject([{ event: 'request_failed', failed: 'b rate_limited', mode: 'bypass' }]);
  });

  it('no place is counted', async () => {
    const router = bypassed();
    router.upstream.on('b', { ...goodReply('Hello from B'), afterMs: 1_000 });
    const all = await Promise.all(Array.from({ length: 4 }, () => router.ask()));
    expect(all.map(({ shown }) => shown)).toEqual(Array(4).fill('Hello from B'));
    const [, b] = router.deployments;
    expect(b && router.isFree(b)).toBe(true);
  });

  it('what the first deployment cannot be sent is told by name', async () => {
    const router = bypassed(new TestRouter(deploymentsOf(), { strictParams: true }));
    const { status, headers, code } = await router.ask({ body: { unheard_of: true } });
    expect([status, code, headers.get('x-carryon-mode')]).toEqual([400, 'unsupported_param', 'bypass']);
    expect(askedOf(router)).toEqual([]);
  });

  it('ends by itself; another alias’s bypass is nobody else’s', async () => {
    const router = bypassed();
    await router.clock.advance(3_600_000);
    expect((await router.ask()).headers.get('x-carryon-mode')).toBeNull();
    override(router, { bypass: ['app/other'] });
    expect((await router.ask()).headers.get('x-carryon-mode')).toBeNull();
  });

  it('a request that was read before it was set is answered as it was read', async () => {
    const router = bypassed();
    override(router, {});
    router.ledger.latencyMs = 1_000;
    const answering = router.send();
    await router.clock.advance(500);
    override(router, { bypass: [ALIAS] });
    expect((await router.clock.run(answering)).headers.get('x-carryon-mode')).toBeNull();
    expect((await router.ask()).headers.get('x-carryon-mode')).toBe('bypass');
  });

  it('a list of other models holds: the first of the list is asked, and paid at its price', async () => {
    const router = bypassed(withBudget(1_000_000_000, deploymentsOf()));
    const price = { input: 100, output: 400, cachedInput: 100, cacheWrite: 100 };
    override(router, { bypass: [ALIAS], aliases: { [ALIAS]: [{ id: 'c', model: 'model-new', price, order: 1 }] } });
    const { headers } = await router.ask();
    expect([askedOf(router), router.upstream.calls[0]?.body.model]).toEqual([['c'], 'model-new']);
    expect(headers.get('x-carryon-mode')).toBe('bypass');
    expect(router.ledger.figures().spentMicroUsd).toBe(100 * COST);
  });
});

describe('the limits of a bypassed request', () => {
  it.each([
    ['a budget', { monthlyMicroUsd: 1 }, 'budget_exceeded'],
    ['a rate', { rps: 0.001, burst: 1 }, 'rate_limit_exceeded'],
  ])('%s refuses it, and the refusal says the mode', async (_, limits, code) => {
    const router = bypassed();
    router.ledger.limit('tenant', limits);
    await router.ask();
    const asked = router.upstream.calls.length;
    const answered = await router.ask();
    expect([answered.code, answered.headers.get('x-carryon-mode')]).toEqual([code, 'bypass']);
    expect(router.upstream.calls.length).toBe(asked);
  });

  it('a bill above what was held is booked as it is, and teaches the next requests', async () => {
    const router = bypassed(withBudget(10_000_000, deploymentsOf()));
    const usage = { prompt_tokens: 20, completion_tokens: 20_010, total_tokens: 20_030 };
    const whole = { ...JSON.parse(String(goodReply('42').body?.[0])), usage };
    router.upstream.on('b', { body: [JSON.stringify(whole)] });
    await router.ask({ body: { max_tokens: 50 } });
    expect(router.ledger.figures().spentMicroUsd).toBe(20 + 4 * 20_010);
    expect([router.lessons.map((lesson) => lesson.deployment), router.reports]).toEqual([['b'], []]);
  });

  it('a safeguard that is granted serves, in the mode of bypass', async () => {
    const small = { name: 'app/small', deployments: [deployment('e', { order: 2 }), deployment('d', { order: 1 })] };
    const router = bypassed();
    const safeguard = { alias: 'app/small', maxInputTokens: undefined, maxOutputTokens: 10 };
    Object.assign(router.deps.config, {
      aliases: new Map([...router.deps.config.aliases, ['app/small', small]]),
      features: new Map([['chat', feature('chat', { safeguard })]]),
    });
    router.upstream.on('d', goodReply('Hello from D'));
    router.ledger.limit('tenant', { monthlyMicroUsd: 10_000 });
    const { shown, headers } = await router.ask();
    expect([shown, headers.get('x-carryon-mode')]).toEqual(['Hello from D', 'bypass']);
    expect(router.upstream.calls[0]?.body.max_tokens ?? router.upstream.calls[0]?.body.max_completion_tokens).toBe(10);
  });
});

it('a safeguard’s failure says its mode, as its answers do', async () => {
  const router = new TestRouter();
  const safeguard = { alias: ALIAS, maxInputTokens: undefined, maxOutputTokens: 10 };
  Object.assign(router.deps.config, { features: new Map([['chat', feature('chat', { safeguard })]]) });
  for (const id of ['a', 'b']) router.upstream.on(id, failing(503));
  router.ledger.limit('tenant', { monthlyMicroUsd: 10_000 });
  const { status, headers } = await router.ask();
  expect([status, headers.get('x-carryon-mode')]).toEqual([503, 'safeguard']);
  router.ledger.limit('tenant', { monthlyMicroUsd: 1 });
  const refused = await router.ask();
  expect([refused.code, refused.headers.get('x-carryon-mode')]).toEqual(['budget_exceeded', null]);
});

describe('cached and shared answers', () => {
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  const caching = () => {
    const router = bypassed();
    const opened: OpenMessage[] = [];
    Object.assign(router.deps.config, { features: new Map([['chat', feature('chat', { cache })]]) });
    router.deps.answerStreams.open = async (_, message) => {
      opened.push(message as OpenMessage);
      return objectReply('{}', { role: 'alone' }, 503);
    };
    return { router, opened };
  };
  const run = (router: TestRouter, job: Job, isShared: boolean, admitted: (head: AnswerHead) => void = () => {}) =>
    router.clock.run(
      answerRuns(router.deps).produce(job, {
        signal: new AbortController().signal,
        background: (work) => void router.background.push(work),
        isShared,
        onAsk: () => {},
        onStart: () => {},
        admitted,
        settled: () => {},
      }),
    );

  it.each([false, true])('a bypassed request reads none, keeps none and shares none (streamed: %s)', async (stream) => {
    const { router, opened } = caching();
    router.upstream.on('b', good(stream, 'Hello from B'));
    await router.ask({ stream });
    await router.clock.run(Promise.all(router.background));
    expect([router.answers.kept.size, router.answers.reads, opened]).toEqual([0, 0, []]);
    override(router, {});
    // `a` or `b`, by weight.
    router.upstream.on('a', good(stream, 'Kept'));
    router.upstream.on('b', good(stream, 'Kept'));
    await router.ask({ stream });
    await router.clock.run(Promise.all(router.background));
    expect([router.answers.kept.size, opened.length]).toEqual([1, 1]);
    override(router, { bypass: ['*'] });
    router.upstream.on('b', good(stream, 'Hello from B'));
    const { shown, headers } = await router.ask({ stream });
    expect([shown, headers.get('x-carryon-cache')]).toEqual(['Hello from B', null]);
    // And not instead of an error either.
    router.upstream.on('b', failing(503));
    expect((await router.ask({ stream })).status).toBe(503);
  });

  it('with a key it runs in the key’s object, whose head says the mode; its Worker keeps no copy', async () => {
    const { router, opened } = caching();
    await router.ask({ headers: { 'idempotency-key': 'k' } });
    const [message] = opened;
    expect(message).toMatchObject({ kind: 'keyed', caches: false, copy: 'none', job: { route: { bypass: true } } });
    const job = JSON.parse(JSON.stringify(message?.job)) as Job;
    // As an object in another isolate would run it, after the bypass was cleared.
    override(router, {});
    const admitted: AnswerHead[] = [];
    const outcome = await run(router, job, false, (head) => void admitted.push(head));
    expect(outcome).toMatchObject({ kind: 'begun', head: { mode: 'bypass' } });
    expect(admitted[0]?.mode).toBe('bypass');
    expect(askedOf(router)).toEqual(['b']);
    router.upstream.on('b', failing(503));
    const failed = await run(router, job, false);
    expect(failed).toMatchObject({ kind: 'refused', refusal: { head: { mode: 'bypass' } } });
    expect(askedOf(router)).toEqual(['b', 'b']);
  });

  it('the object of a shared question never runs a request that is not an ordinary one', async () => {
    const { router, opened } = caching();
    override(router, {});
    await router.ask();
    const job = opened[0]?.job as Job;
    expect([opened[0]?.kind, job.route, job.lists]).toEqual(['shared', undefined, undefined]);
    const before = router.upstream.calls.length;
    for (const route of [
      { ...PLAIN_ROUTE, bypass: true },
      { ...PLAIN_ROUTE, drill: true },
    ]) {
      expect(await run(router, { ...job, route }, true)).toEqual({ kind: 'alone' });
    }
    expect(router.upstream.calls.length).toBe(before);
    expect(router.ledger.figures()).toMatchObject(settled);
  });

  it('a refusal of the object says the mode too', async () => {
    const { router } = caching();
    router.deps.answerStreams.open = async () => {
      const error = { message: 'another body', type: 'invalid_request_error', code: 'idempotency_mismatch' };
      return objectReply(JSON.stringify({ error }), { role: 'refused' }, 422);
    };
    const { code, headers } = await router.ask({ headers: { 'idempotency-key': 'k' } });
    expect([code, headers.get('x-carryon-mode')]).toEqual(['idempotency_mismatch', 'bypass']);
  });

  it('what was kept under a key before is given as it was made', async () => {
    const { router } = caching();
    router.deps.answerStreams.open = async () => objectReply('{"choices":[]}', { role: 'replayed' });
    const { headers } = await router.ask({ headers: { 'idempotency-key': 'k' } });
    expect([headers.get('x-carryon-mode'), headers.get('cache-control')]).toEqual([null, 'no-store']);
  });

  it('the lists in force travel with the job, by name only', async () => {
    const { router, opened } = caching();
    const list = [{ id: 'b', model: 'model-new', price: { input: 100, output: 400 } }];
    override(router, { aliases: { [ALIAS]: list }, pins: { [ALIAS]: 'b' } });
    await router.ask({ headers: { 'idempotency-key': 'k' } });
    const sent = JSON.stringify(opened[0]?.job);
    expect(JSON.parse(sent)).toMatchObject({ lists: { [ALIAS]: list }, route: { pins: { [ALIAS]: 'b' } } });
    for (const secret of ['key-b', 'https://']) expect(sent).not.toContain(secret);
    override(router, {});
    router.upstream.on('b', goodReply('Hello from B'));
    expect((await run(router, JSON.parse(sent) as Job, false)).kind).toBe('begun');
    expect(router.upstream.calls.map(({ to, body }) => [to, body.model])).toEqual([['b', 'model-new']]);
  });
});
