import { describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { withBudget } from './support/budget.ts';
import { failing, good, goodReply, goodStream, role, streamed, text } from './support/openai.ts';
import { feature, type Sent, TestRouter } from './support/router.ts';

const HOUR = 3_600_000;
const bothForms = [[true], [false]] as const;

/** A router whose feature `summarize` keeps answers for an hour, and for another hour if nothing better can be given. */
function caching(policy: Parameters<typeof cachePolicy.parse>[0] = { scope: 'tenant', ttl: '1h', staleTtl: '1h' }) {
  const router = new TestRouter();
  cacheOf(router, policy);
  router.upstream.on('a', goodReply('The first answer'), goodReply('Another answer'));
  return router;
}

function cacheOf(router: TestRouter, policy: Parameters<typeof cachePolicy.parse>[0]): void {
  const cache = resolveCachePolicy(cachePolicy.parse(policy));
  const features = new Map(router.deps.config.features);
  features.set('summarize', feature('summarize', { cache }));
  Object.assign(router.deps.config, { features });
}

const summarize = (more: Sent = {}): Sent => ({
  ...more,
  headers: { 'x-carryon-feature': 'summarize', ...more.headers },
});

async function ask(router: TestRouter, more: Sent = {}) {
  const answered = await router.ask(summarize(more));
  await router.clock.run(Promise.all(router.background));
  return answered;
}

describe('an equal question', () => {
  it.each(bothForms)(
    'is answered from the cache, in whichever form it is asked (first streamed: %s)',
    async (stream) => {
      const router = caching();
      router.upstream.on('a', good(stream, 'The first answer'));
      const first = await ask(router, { stream });
      expect(first.headers.get('x-carryon-cache')).toBe('miss');
      const calls = router.ledger.calls;
      await router.clock.advance(61_000);
      for (const again of [true, false]) {
        const { shown, headers, status } = await ask(router, { stream: again });
        expect([status, shown]).toEqual([200, 'The first answer']);
        expect(headers.get('x-carryon-cache')).toBe('hit');
        expect(headers.get('age')).toBe('61');
        expect(headers.get('x-carryon-cost-usd')).toBe('0');
        expect(headers.get('x-carryon-deployment')).toBe('a');
      }
      expect(router.upstream.calls).toHaveLength(1);
      expect(router.ledger.calls).toBe(calls);
    },
  );

  it('of a user is not answered to a page whose publishable key is bound to that user: every visitor has it', async () => {
    const router = caching({ scope: 'user', ttl: '1h' });
    const keys = { kind: 'publishable' as const, user: 'ana', origins: ['https://app.example'] };
    router.identities.set('pk-ana', { ...LOCAL_IDENTITY, ...keys });
    router.identities.set('eyJ.a.na', { ...LOCAL_IDENTITY, kind: 'token', user: 'ana' });
    await ask(router, { user: 'ana' });
    expect((await ask(router, { headers: { authorization: 'Bearer eyJ.a.na' } })).shown).toBe('The first answer');
    const page = { authorization: 'Bearer pk-ana', origin: 'https://app.example' };
    expect((await ask(router, { headers: page })).shown).toBe('Another answer');
    expect((await ask(router, { user: 'ana' })).shown).toBe('The first answer');
  });

  it('after its time is asked again', async () => {
    const router = caching();
    await ask(router);
    await router.clock.advance(HOUR);
    expect((await ask(router)).shown).toBe('Another answer');
  });

  it('of another feature, or where no cache is set, is asked again', async () => {
    const router = caching();
    await ask(router);
    const { headers, shown } = await router.ask();
    expect([headers.get('x-carryon-cache'), shown]).toEqual([null, 'Another answer']);
  });

  it('of another user is a question of its own where the scope is the user', async () => {
    const router = caching({ scope: 'user' });
    await ask(router, { user: 'ana' });
    expect((await ask(router, { user: 'ana' })).shown).toBe('The first answer');
    expect((await ask(router, { user: 'bob' })).shown).toBe('Another answer');
  });

  it('of nobody in particular is never kept where the scope is the user', async () => {
    const router = caching({ scope: 'user' });
    await ask(router);
    expect(router.answers.kept.size).toBe(0);
  });

  it('of another tenant is its own', async () => {
    const router = caching();
    await ask(router);
    router.identities.set('sk-test', { ...LOCAL_IDENTITY, tenant: 'other' });
    expect((await ask(router)).shown).toBe('Another answer');
  });

  it('in a new generation is asked again; where the generation cannot be told, the cache is left alone', async () => {
    const router = caching();
    await ask(router);
    router.answers.generationNumber = undefined;
    expect((await ask(router)).headers.get('x-carryon-cache')).toBeNull();
    router.answers.generationNumber = 1;
    expect((await ask(router)).headers.get('x-carryon-cache')).toBe('miss');
  });
});

describe('x-carryon-cache', () => {
  it('no-store neither reads nor writes', async () => {
    const router = caching();
    const noStore = { headers: { 'x-carryon-cache': 'no-store' } };
    await ask(router, noStore);
    expect([router.answers.kept.size, router.answers.reads]).toEqual([0, 0]);
  });

  it('refresh writes a new answer, and is for secret keys', async () => {
    const router = caching();
    await ask(router);
    const refresh = { headers: { 'x-carryon-cache': 'refresh' } };
    expect((await ask(router, refresh)).shown).toBe('Another answer');
    expect((await ask(router)).shown).toBe('Another answer');
    expect(router.upstream.calls).toHaveLength(2);
    const page = { ...LOCAL_IDENTITY, kind: 'publishable', origins: ['https://app.example'] } as const;
    router.identities.set('sk-test', page);
    const headers = { ...refresh.headers, origin: 'https://app.example' };
    expect((await ask(router, { headers })).code).toBe('refresh_not_allowed');
  });

  it('anything else is refused by name', async () => {
    const { status, body } = await ask(caching(), { headers: { 'x-carryon-cache': 'please' } });
    expect([status, JSON.parse(body).error.param]).toEqual([400, 'x-carryon-cache']);
  });
});

describe('nothing is kept of', () => {
  it.each<[string, Sent, Parameters<TestRouter['upstream']['on']>[1]]>([
    ['an answer that was cut', { stream: true }, streamed(role, text('half'), 'reset')],
    ['an error', {}, failing(400)],
    [
      'a question with an e-mail address',
      { body: { messages: [{ role: 'user', content: 'I am ana@acme.example' }] } },
      goodReply('Hello'),
    ],
  ])('%s', async (_, sent, script) => {
    const router = caching();
    router.upstream.on('a', script);
    await ask(router, sent);
    expect(router.answers.kept.size).toBe(0);
  });

  it('an answer whose reader left', async () => {
    const router = caching();
    router.upstream.on('a', goodStream('one ', 'two ', 'three'));
    const response = await router.clock.run(router.send(summarize({ stream: true })));
    await router.clock.run(response.body?.cancel() ?? Promise.resolve());
    expect(router.answers.kept.size).toBe(0);
  });

  it('half a surrogate pair, which is U+FFFD everywhere: kept, and found again', async () => {
    const router = caching();
    const body = `{"model":"app/chat","messages":[{"role":"user","content":"\\ud800"}]}`;
    expect((await ask(router, { body })).status).toBe(200);
    expect((await ask(router, { body: body.replace('\\ud800', '\ufffd') })).headers.get('x-carryon-cache')).toBe('hit');
  });
});

describe('nothing better can be given', () => {
  it.each(bothForms)('providers are down: the stale answer, as long as it may serve (streamed: %s)', async (stream) => {
    const router = caching();
    await ask(router);
    for (const id of ['a', 'b']) router.upstream.on(id, failing(500));
    await router.clock.advance(HOUR);
    const { status, shown, headers } = await ask(router, { stream });
    expect([status, shown, headers.get('x-carryon-cache')]).toEqual([200, 'The first answer', 'stale']);
    expect(headers.get('x-carryon-stale-cause')).toBe('providers_unavailable');
    expect(Number(headers.get('age'))).toBeGreaterThanOrEqual(3_600);
    await router.clock.advance(HOUR);
    expect((await ask(router, { stream })).code).toBe('providers_unavailable');
  });

  it('the budget is spent: the stale answer', async () => {
    const router = withBudget(1_000_000);
    cacheOf(router, { scope: 'tenant', ttl: '1h', staleTtl: '1h' });
    router.upstream.on('a', goodReply('The first answer'));
    await ask(router);
    router.ledger.limit('tenant', { monthlyMicroUsd: 1 });
    await router.clock.advance(HOUR);
    const { shown, headers } = await ask(router);
    expect([shown, headers.get('x-carryon-stale-cause')]).toEqual(['The first answer', 'budget_exceeded']);
  });

  it.each(bothForms)(
    'a stale answer costs what failed attempts before it may be billed (streamed: %s)',
    async (stream) => {
      const router = withBudget(1_000_000);
      cacheOf(router, { scope: 'tenant', ttl: '1h', staleTtl: '1h' });
      router.upstream.on('a', goodReply('The first answer'));
      await ask(router);
      const before = router.ledger.figures().spentMicroUsd;
      for (const id of ['a', 'b']) router.upstream.on(id, { instead: 'hang' });
      await router.clock.advance(HOUR);
      const { headers, body } = await ask(router, { stream, body: { stream_options: { include_usage: true } } });
      const charged = router.ledger.figures().spentMicroUsd - before;
      expect(charged).toBeGreaterThan(0);
      expect([headers.get('x-carryon-cache'), headers.get('x-carryon-cost-usd')]).toEqual([
        'stale',
        `${charged / 1e6}`,
      ]);
      if (stream) expect(body).toContain(`"carryon_cost_usd":${charged / 1e6}`);
    },
  );

  it('it is the caller’s own mistake: that error', async () => {
    const router = caching();
    await ask(router);
    router.upstream.on('a', failing(400));
    await router.clock.advance(HOUR);
    expect((await ask(router)).status).toBe(400);
  });
});

it('a cache that hangs keeps nobody waiting', async () => {
  const router = caching();
  router.answers.hangs = true;
  const began = router.clock.now();
  expect((await ask(router)).shown).toBe('The first answer');
  expect(router.clock.now() - began).toBeLessThanOrEqual(1_000);
});
