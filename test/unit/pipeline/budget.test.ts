import { describe, expect, it } from 'vitest';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { COST, HANGS, readUntil, settled, withBudget } from './support/budget.ts';
import { DONE, failing, finish, good, goodReply, goodStream, role, streamed, text, usage } from './support/openai.ts';
import { deployment, type Sent, TestRouter } from './support/router.ts';
import type { Step } from './support/upstream.ts';

const bothForms = [[true], [false]];

describe('an answer', () => {
  it.each(bothForms)('is held at its worst and booked at its cost (streamed: %s)', async (stream) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', good(stream, 'Hello there'));
    const response = await router.clock.run(router.send({ stream }));
    const [asked] = router.ledger.asked;
    if (stream)
      expect(router.ledger.figures()).toMatchObject({ spentMicroUsd: 0, heldMicroUsd: asked?.wants[0]?.microUsd });
    expect(asked?.wants[0]).toMatchObject({ mode: 'normal', requests: 1, parallel: 1 });
    expect(asked?.wants[0]?.microUsd).toBeGreaterThan(4_096 * 4);
    expect(asked?.scopes.map(({ scope }) => scope)).toEqual(['tenant', 'anonymous', 'feature:chat', 'key:local']);
    if (!stream) expect(response.headers.get('x-carryon-cost-usd')).toBe('0.00003');
    await router.clock.run(response.text());
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
    expect(router.ledger.calls).toBe(2);
    expect(router.ledger.reported[0]).toMatchObject({ done: true, spent: { microUsd: COST, tokens: 15 } });
    expect(router.ledger.reported[0]?.estimated).toBeFalsy();
    await router.clock.run(Promise.all(router.background));
  });

  it.each(bothForms)('tells what is left of the budget (streamed: %s)', async (stream) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', good(stream, 'Hello'));
    const response = await router.clock.run(router.send({ stream }));
    const heldMicroUsd = router.ledger.asked[0]?.wants[0]?.microUsd ?? 0;
    expect(response.headers.get('x-carryon-budget-remaining-usd')).toBe(String((1_000_000 - heldMicroUsd) / 1e6));
    await router.clock.run(response.text());
  });

  it('tells nothing of budgets where there is none, and to callers who may not know costs', async () => {
    const free = new TestRouter();
    free.upstream.on('a', goodReply('Hello'));
    expect((await free.ask()).headers.has('x-carryon-budget-remaining-usd')).toBe(false);
    const router = withBudget(1_000_000);
    router.deps.showsProvider = () => false;
    router.upstream.on('a', goodReply('Hello'));
    expect((await router.ask()).headers.has('x-carryon-budget-remaining-usd')).toBe(false);
  });

  it('of a user counts for the user', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    await router.ask({ user: 'ana' });
    expect(router.ledger.figures('user:ana').spentMicroUsd).toBe(COST);
    expect(router.ledger.figures('anonymous').spentMicroUsd).toBe(0);
  });

  it('goes out with the cap that its hold counts on', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    await router.ask();
    await router.ask({ body: { max_tokens: 7 } });
    const caps = router.upstream.calls.map(({ body }) => body.max_tokens);
    expect(caps).toEqual([4_096, 7]);
    const held = router.ledger.asked.map(({ wants }) => wants[0]?.microUsd ?? 0);
    expect((held[0] ?? 0) - (held[1] ?? 0)).toBe((4_096 - 7) * 4);
  });

  it('streamed without usage is booked by what passed, marked, and never above its hold', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', streamed(role, text('Hello there'), finish, 'data: [DONE]\n\n'));
    await router.ask({ stream: true });
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThan('Hello there'.length * 4);
    expect(spentMicroUsd).toBeLessThan(router.ledger.asked[0]?.wants[0]?.microUsd ?? 0);
    expect(router.ledger.reported[0]?.estimated).toBe(true);
  });

  it('costs its own fee on top', async () => {
    const router = withBudget(1_000_000);
    Object.assign(router.deps.config.pricing, { feePerRequestUsd: 0.002 });
    router.upstream.on('a', goodReply('Hello'));
    const { headers } = await router.ask();
    expect(headers.get('x-carryon-cost-usd')).toBe('0.00203');
    expect(router.ledger.figures().spentMicroUsd).toBe(2_030);
  });
});

describe('the reader leaves', () => {
  it.each([0, 1, 2, 3, 4])('after %i chunks: settled once, the provider let go', async (chunks) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodStream('one ', 'two ', 'three ', 'four ', 'five'));
    const response = await router.clock.run(router.send({ stream: true }));
    const reader = await router.clock.run(readUntil(response, chunks));
    await router.clock.run(reader.cancel());
    await router.clock.run(Promise.all(router.background));
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThanOrEqual(COST);
    expect(spentMicroUsd).toBeLessThanOrEqual(router.ledger.asked[0]?.wants[0]?.microUsd ?? 0);
    expect(router.ledger.reported).toHaveLength(1);
    expect(router.upstream.calls[0]?.cancelled || router.upstream.calls[0]?.over).toBe(true);
  });

  const afterASlowRead = async (steps: Step[], slowMs = 1_000): Promise<TestRouter> => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', streamed(role, text('one '), ...steps));
    const response = await router.clock.run(router.send({ stream: true }));
    const reader = await router.clock.run(readUntil(response, 2));
    await router.clock.advance(slowMs);
    await router.clock.run(reader.cancel());
    await router.clock.advance(5_000);
    expect(router.upstream.calls[0]?.over).toBe(true);
    expect(router.ledger.figures().heldMicroUsd).toBe(0);
    return router;
  };

  it('after it was slow: what it has not taken is read behind it, and settled by its usage', async () => {
    const router = await afterASlowRead([text('two '), text('three'), finish, usage, DONE]);
    expect(router.ledger.figures().spentMicroUsd).toBe(COST);
  });

  it('after it was slow, while the provider is still at work: let go, booked by what was made', async () => {
    const router = await afterASlowRead([text('two '), text('three'), { waitMs: 500 }, text('four'), 'hang'], 60_000);
    // At most 13 bytes, 4 chunks, and what may be on its way.
    expect(router.ledger.figures().spentMicroUsd).toBe(5 + 8 + 128 + 1_000 + 4 * (13 + 4 + 128));
  });

  it('after it was slow, with far more than is worth reading: by time', async () => {
    const long = text('x'.repeat(100_000));
    const router = await afterASlowRead([long, long, long, long, finish, usage, DONE]);
    const seen = router.upstream.calls[0]?.taken ?? 0;
    expect(seen).toBeLessThan(7);
    // What 400 kB must have taken: more than the cap of 4,096.
    expect(router.ledger.figures().spentMicroUsd).toBe(5 + 8 + 128 + 1_000 + 4 * Math.ceil(400_004 / 64));
  });

  it('while a whole answer is on its way: booked by time, for nobody knows how much of it was made', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', HANGS);
    const gone = new AbortController();
    router.clock.after(500, () => gone.abort());
    await router.ask({}, gone.signal);
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    // 500 ms at 2,000 tokens a second.
    expect(spentMicroUsd).toBe(5 + 8 + 128 + 1_000 + 4 * (1_000 + 128));
    expect(heldMicroUsd).toBe(0);
  });

  it('while the ledger is asked: nobody is called, the budget is whole', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.latencyMs = 200;
    const gone = new AbortController();
    router.clock.after(100, () => gone.abort());
    await router.ask({}, gone.signal);
    await router.clock.run(Promise.all(router.background));
    expect(router.upstream.calls).toHaveLength(0);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 0 });
  });

  it('while the ledger is asked for a further attempt: nobody else is called, the first attempt is booked', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', { body: ['no JSON'] });
    router.upstream.on('b', goodReply('Hello'));
    router.ledger.latencyMs = 200;
    const gone = new AbortController();
    router.clock.after(300, () => gone.abort());
    await router.ask({}, gone.signal);
    await router.clock.run(Promise.all(router.background));
    expect(router.upstream.calls.map(({ to }) => to)).toEqual(['a']);
    const { heldMicroUsd, spentMicroUsd } = router.ledger.figures();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThan(0);
  });
});

describe('nobody is billed', () => {
  it.each<[string, Sent, (router: TestRouter) => void]>([
    ['the provider refuses the request', {}, (router) => router.upstream.on('a', failing(400))],
    ['all are down', {}, (router) => ['a', 'b'].forEach((id) => void router.upstream.on(id, failing(500)))],
    ['none is reached', {}, (router) => ['a', 'b'].forEach((id) => void router.upstream.on(id, { instead: 'refuse' }))],
  ])('%s: the budget is whole again, with one lease', async (_, sent, arrange) => {
    const router = withBudget(1_000_000);
    arrange(router);
    const { status } = await router.ask(sent);
    expect(status).toBeGreaterThanOrEqual(400);
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.asked).toHaveLength(1);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 0 });
  });

  it('everything is in cooldown: nobody is called', async () => {
    const router = withBudget(1_000_000, [deployment('a')], { whenAllCooling: 'refuse', allowedFails: 0 });
    router.upstream.on('a', failing(500));
    await router.ask();
    const calls = router.upstream.calls.length;
    expect((await router.ask()).code).toBe('providers_unavailable');
    expect(router.upstream.calls).toHaveLength(calls);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 0 });
  });
});

describe('an attempt that may have been billed', () => {
  it('is booked, and the next is covered by a further lease', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    const { headers } = await router.ask();
    expect(router.ledger.asked).toHaveLength(2);
    const [first, further] = router.ledger.asked.map(({ wants }) => wants[0]);
    expect(further).toEqual({ ...first, requests: 0, parallel: 0 });
    const whole = first?.microUsd ?? 0;
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: whole + COST });
    expect(headers.get('x-carryon-cost-usd')).toBe(((whole + COST) / 1e6).toFixed(6).replace(/0+$/, ''));
    expect(router.ledger.calls).toBe(3);
  });

  it('leaves no room for another: the refusal says so, and nobody else is called', async () => {
    const router = withBudget(25_000);
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    const { status, code, headers } = await router.ask();
    expect([status, code]).toEqual([429, 'budget_exceeded']);
    expect(router.upstream.callsTo('b')).toHaveLength(0);
    expect(router.ledger.figures().heldMicroUsd).toBe(0);
    expect(headers.get('x-carryon-cost-usd')).toBe((router.ledger.figures().spentMicroUsd / 1e6).toString());
  });
});

describe('a budget that is spent', () => {
  it('refuses by name, final, with the figures, and nobody is called', async () => {
    const router = withBudget(10_000);
    const { status, headers, body } = await router.ask();
    expect(status).toBe(429);
    expect(headers.get('x-should-retry')).toBe('false');
    expect(headers.get('retry-after')).toBeNull();
    expect(JSON.parse(body).error).toMatchObject({
      code: 'budget_exceeded',
      limit: { owner: 'carryon', scope: 'tenant', name: 'monthly', capMicroUsd: 10_000, spentMicroUsd: 0 },
    });
    expect(router.ledger.calls).toBe(1);
  });

  it('that others only hold may be asked again', async () => {
    const router = withBudget(25_000);
    router.upstream.on('a', streamed(role, text('wait'), 'hang'));
    await router.clock.run(router.send({ stream: true }));
    const { headers, code } = await router.ask();
    expect(code).toBe('budget_exceeded');
    expect(headers.get('retry-after')).toBe('1');
    expect(headers.get('x-should-retry')).toBeNull();
  });
});

describe('a rate', () => {
  it('comes with every answer, refuses beyond it, and is not asked again before its time', async () => {
    const router = new TestRouter();
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.limit('tenant', { rps: 1, burst: 2 });
    const { headers } = await router.ask();
    expect(headers.get('x-ratelimit-limit-requests')).toBe('2');
    expect(headers.get('x-ratelimit-remaining-requests')).toBe('1');
    expect(headers.get('x-ratelimit-reset-requests')).toBe('1s');
    await router.ask();
    const refused = await router.ask();
    expect([refused.status, refused.code]).toEqual([429, 'rate_limit_exceeded']);
    const waitMs = Number(refused.headers.get('retry-after-ms'));
    expect(waitMs).toBeGreaterThan(0);
    const calls = router.ledger.calls;
    await router.clock.advance(waitMs - 1);
    expect((await router.ask()).headers.get('retry-after-ms')).toBe('1');
    expect(router.ledger.calls).toBe(calls);
    await router.clock.advance(1);
    expect((await router.ask()).status).toBe(200);
  });
});

describe('a key bound to a user whom the ledger cannot keep', () => {
  it.each(['a\u0007b', '\ud800'])('%j is refused by name', async (user) => {
    const router = new TestRouter();
    router.identities.set('sk-test', { ...LOCAL_IDENTITY, user });
    expect((await router.ask()).code).toBe('invalid_user');
  });
});
