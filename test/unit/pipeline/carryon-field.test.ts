/** An answer says how it was made, to callers who may learn who served it and to no others. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import type { CarryonField } from '../../../worker/core/answers/carryon-field.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { COST, withBudget } from './support/budget.ts';
import { START } from './support/clock.ts';
import { DONE, failing, finish, goodReply, role, streamed, text, usage } from './support/openai.ts';
import { deployment, feature, type Sent, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const WITH_USAGE: Sent = { stream: true, body: { stream_options: { include_usage: true } } };
const FORMS: [string, Sent][] = [
  ['whole', {}],
  ['streamed, with its usage', WITH_USAGE],
];
const PAGE = { authorization: 'Bearer pk-page', origin: 'https://app.example' };

const routerWith = (scripts: Record<string, Script[]>, settings?: ConstructorParameters<typeof TestRouter>[1]) => {
  const router = new TestRouter(
    Object.keys(scripts).map((id) => deployment(id)),
    settings,
  );
  for (const [id, list] of Object.entries(scripts)) router.upstream.on(id, ...list);
  const page = { ...LOCAL_IDENTITY, kind: 'publishable' as const, origins: [PAGE.origin] };
  router.identities.set('pk-page', page);
  return router;
};

/** The last event of a stream before `[DONE]`, or the whole body. */
const lastOf = (body: string): Record<string, unknown> & { carryon?: CarryonField & { skippedEvents?: number } } => {
  const events = body.split('\n\n').filter((event) => event !== '' && !event.endsWith('[DONE]'));
  return JSON.parse((events.at(-1) ?? '').replace(/^(?::.*\n)*data: /, ''));
};

/** 20 ms until its first word, then 30 ms until its end. */
const slowly = (stream: boolean): Script =>
  stream
    ? streamed(role, { waitMs: 20 }, text('Hello '), { waitMs: 30 }, text('you'), finish, usage, DONE)
    : { ...goodReply('Hello you'), afterMs: 50 };

describe.each(FORMS)('an answer, %s', (_, sent) => {
  const stream = sent.stream === true;

  it('tells each call of a provider as it was, in order, and what all of it cost', async () => {
    const failure = fc.record({
      status: fc.constantFrom(401, 404, 429, 500, 503, 529),
      afterMs: fc.integer({ min: 0, max: 900 }),
    });
    const failures = fc.record({
      a: fc.array(failure, { minLength: 1, maxLength: 2 }),
      b: fc.array(failure, { maxLength: 1 }),
    });
    await fc.assert(
      fc.asyncProperty(failures, fc.integer({ min: 0, max: 500 }), async ({ a, b }, waitMs) => {
        const scripts = (list: typeof a) => list.map(({ status, afterMs }) => ({ ...failing(status), afterMs }));
        const router = routerWith({ a: [...scripts(a)], b: [...scripts(b), slowly(stream)], c: [slowly(stream)] });
        await router.clock.advance(waitMs);
        const began = router.clock.now();
        const { status, body, shown, headers } = await router.ask(sent);
        expect([status, shown]).toEqual([200, 'Hello you']);
        const { attempts, costUsd, cooldowns } = lastOf(body).carryon as CarryonField;
        const { calls } = router.upstream;
        expect(attempts.map(({ deployment }) => deployment)).toEqual(calls.map(({ to }) => to));
        expect(attempts.map(({ startedMs }) => startedMs)).toEqual(calls.map(({ at }) => at - began));
        expect(attempts.map(({ model }) => model)).toEqual(calls.map(({ to }) => `model-${to}`));
        expect(headers.get('x-carryon-attempts') ?? '1').toBe(String(attempts.length));
        expect(headers.get('x-carryon-hops') ?? '0').toBe(String(attempts.at(-1)?.hop));
        const left: Record<string, typeof a> = { a: [...a], b: [...b] };
        for (const attempt of attempts.slice(0, -1)) {
          const list = left[attempt.deployment] ?? [];
          // The upstream repeats its last script.
          const played = attempt.deployment === 'a' && list.length === 1 ? list[0] : list.shift();
          expect(attempt).toMatchObject({ ttftMs: null, status: played?.status, ms: played?.afterMs });
          expect(attempt.result).not.toBe('success');
        }
        const success = { result: 'success', ttftMs: stream ? 20 : 50, ms: 50 };
        expect(attempts.at(-1)).toMatchObject(success);
        expect(attempts.at(-1)).not.toHaveProperty('status');
        expect(costUsd).toBe(COST / 1e6);
        const cooling = Object.entries(router.standings).filter(([, standing]) => standing === 'cooling');
        for (const { deployment, leftMs } of cooldowns) {
          expect(leftMs).toBeGreaterThan(0);
          if (leftMs > 50) expect(cooling.map(([id]) => id)).toContain(deployment);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('names who is in cooldown, why, and for how much longer', async () => {
    const router = routerWith({ a: [failing(429, {}, { 'retry-after': '60' })], b: [slowly(stream)] });
    await router.ask(sent);
    await router.clock.advance(10_000);
    const { carryon } = lastOf((await router.ask(sent)).body);
    expect(carryon?.attempts.map(({ deployment, hop }) => [deployment, hop])).toEqual([['b', 0]]);
    expect(carryon?.cooldowns).toEqual([{ deployment: 'a', cause: 'rate_limited', leftMs: stream ? 49_930 : 49_900 }]);
  });

  it('tells a page nothing of it', async () => {
    const router = routerWith({ a: [failing(503)], b: [slowly(stream)] });
    const { status, body, shown } = await router.ask({ ...sent, headers: PAGE });
    expect([status, shown]).toEqual([200, 'Hello you']);
    expect(body).not.toMatch(/carryon|attempts|costUsd|model-[ab]/);
    router.upstream.on('b', failing(503));
    const failed = await router.ask({ ...sent, headers: PAGE });
    expect([failed.status, failed.code]).toEqual([503, 'providers_unavailable']);
    expect(failed.body).not.toMatch(/carryon|attempts/);
  });

  it('that nobody gave tells who was asked', async () => {
    const router = routerWith({ a: [failing(503)], b: [failing(529)] });
    const { status, body, code } = await router.ask(sent);
    expect([status, code]).toEqual([503, 'providers_unavailable']);
    const { carryon, error } = lastOf(body);
    expect(Object.keys(error as object).toSorted()).toEqual(['code', 'message', 'param', 'type']);
    expect(new Set(carryon?.attempts.map((one) => `${one.deployment} ${one.result} ${one.status} ${one.hop}`))).toEqual(
      new Set(['a server_error 503 0', 'b server_error 529 1']),
    );
    expect(carryon?.costUsd).toBe(0);
  });

  it('that nobody was asked for tells who is in cooldown', async () => {
    const router = routerWith({ a: [failing(401)], b: [failing(429, {}, { 'retry-after': '30' })] });
    Object.assign(router.deps.config.router, { whenAllCooling: 'refuse' });
    await router.ask(sent);
    const { carryon } = lastOf((await router.ask(sent)).body);
    expect(carryon?.attempts).toEqual([]);
    expect(carryon?.cooldowns.map(({ deployment, cause }) => [deployment, cause])).toEqual([
      ['a', 'bad_key'],
      ['b', 'rate_limited'],
    ]);
  });

  it('that a limit refused tells nothing: no provider was meant to be asked', async () => {
    const router = withBudget(1);
    const { code, body } = await router.ask(sent);
    expect(code).toBe('budget_exceeded');
    expect(body).not.toContain('attempts');
  });

  it('is the provider’s own text but for the field', async () => {
    const router = routerWith({ a: [slowly(stream)] });
    const { body } = await router.ask(sent);
    const own = stream
      ? [role, text('Hello '), text('you'), finish].join('')
      : (goodReply('Hello you').body?.[0] ?? '');
    expect(body.startsWith(String(own).replace(/\}$/, ''))).toBe(true);
    expect(body.split('"carryon"').length).toBe(2);
  });
});

it('a stream that did not ask for its usage is told nothing of it, however it ends', async () => {
  const good = routerWith({ a: [failing(503)], b: [slowly(true)] });
  const { body } = await good.ask({ stream: true });
  expect(body).toBe([role, text('Hello '), text('you'), finish, DONE].join(''));
  const cut = routerWith({ a: [streamed(role, text('Hello'))] });
  const failed = await cut.ask({ stream: true });
  expect(failed.code).toBe('stream_interrupted');
  expect(failed.body).not.toContain('"carryon"');
});

it('a stream that breaks off tells what became of it', async () => {
  const router = routerWith({ a: [failing(500)], b: [streamed({ waitMs: 5 }, role, text('Hello'), { waitMs: 40 })] });
  const { code, body } = await router.ask(WITH_USAGE);
  expect(code).toBe('stream_interrupted');
  expect(lastOf(body).carryon?.attempts.at(-1)).toMatchObject({ deployment: 'b', result: 'cut', ttftMs: 5, ms: 45 });
  const page = await router.ask({ ...WITH_USAGE, headers: PAGE });
  expect([page.code, page.body.includes('carryon')]).toEqual(['stream_interrupted', false]);
});

it('where the provider told no usage, a last chunk of our own brings the field', async () => {
  const router = routerWith({ a: [streamed(role, text('Hello'), finish, DONE)] });
  const { body } = await router.ask(WITH_USAGE);
  expect(lastOf(body)).toMatchObject({ id: 'c1', choices: [], carryon: { attempts: [{ deployment: 'a' }] } });
  const page = await router.ask({ ...WITH_USAGE, headers: PAGE });
  expect(page.body).not.toContain('"choices":[]');
});

it('stands beside the mark of lost events', async () => {
  const router = routerWith({ a: [streamed(role, text('Hello'), 'data: {"choi\n\n', finish, usage, DONE)] });
  const { body } = await router.ask(WITH_USAGE);
  expect(lastOf(body).carryon).toMatchObject({ skippedEvents: 1, attempts: [{ deployment: 'a' }] });
});

describe('a provider that is a router like this one', () => {
  const THEIRS = { carryon: { attempts: ['theirs'] }, carryon_cost_usd: 7 };
  const chunk = (delta: object, finish_reason: string | null, more: object) =>
    `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason }], ...more })}\n\n`;
  const streaming = (more: object, last: object = more): Script =>
    streamed(
      chunk({ role: 'assistant', content: 'Hello' }, null, more),
      chunk({}, 'stop', more),
      `data: ${JSON.stringify({ id: 'c1', choices: [], usage: { prompt_tokens: 5, completion_tokens: 1 }, ...last })}\n\n`,
      DONE,
    );

  it('speaks of its own attempts and cost: they are left out', async () => {
    const reply = { ...JSON.parse(String(goodReply('Hello').body?.[0])), ...THEIRS };
    const whole = await routerWith({ a: [{ body: [JSON.stringify(reply)] }] }).ask();
    const told = await routerWith({ a: [streaming(THEIRS)] }).ask(WITH_USAGE);
    for (const { body } of [whole, told]) {
      expect(body).not.toMatch(/theirs|_usd":7/);
      expect(body.split('"carryon"').length).toBe(2);
      expect(lastOf(body).carryon?.attempts).toHaveLength(1);
    }
    const plain = await routerWith({ a: [streaming(THEIRS)] }).ask({ stream: true });
    expect([plain.shown, plain.body.includes('carryon')]).toEqual(['Hello', false]);
  });

  it.each([
    ['in its last chunk', streaming({}, { carryon: { skippedEvents: 2 } })],
    [
      'in a chunk of its own',
      streamed(role, text('Hello'), finish, chunk({}, null, { carryon: { skippedEvents: 2 } }), usage, DONE),
    ],
  ])('has lost events, and says so %s: so does this one', async (_, script) => {
    const { body } = await routerWith({ a: [script] }).ask(WITH_USAGE);
    expect(lastOf(body).carryon).toMatchObject({ skippedEvents: 1, attempts: [{ deployment: 'a' }] });
    const plain = await routerWith({ a: [script] }).ask({ stream: true });
    expect(lastOf(plain.body)).toMatchObject({ carryon: { skippedEvents: 1 } });
  });
});

it.each(FORMS)('a kept answer, first %s, is given again without the attempts of another request', async (_, sent) => {
  const router = routerWith({ a: [failing(503)], b: [slowly(sent.stream === true)] });
  const cache = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  const features = new Map(router.deps.config.features).set('chat', feature('chat', { cache }));
  Object.assign(router.deps.config, { features });
  const first = await router.ask(sent);
  expect(lastOf(first.body).carryon?.attempts.length).toBeGreaterThan(1);
  await router.clock.run(Promise.all(router.background));
  for (const [, again] of FORMS) {
    const hit = await router.ask(again);
    expect([hit.headers.get('x-carryon-cache'), hit.shown]).toEqual(['hit', 'Hello you']);
    expect(hit.body).not.toMatch(/"carryon"|attempts/);
  }
});

it('counts from the arrival of the request, not from when its body had come', async () => {
  const router = routerWith({ a: [slowly(false)] });
  const context = { ...router.scope(), arrivedAt: START - 700 };
  router.scope = () => context;
  expect(lastOf((await router.ask()).body).carryon?.attempts[0]?.startedMs).toBe(700);
});
