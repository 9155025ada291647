import { describe, expect, it } from 'vitest';
import { COST, HANGS, settled, withBudget } from '../pipeline/support/budget.ts';
import { finish, goodReply, goodStream, role, streamed, text, usage } from '../pipeline/support/openai.ts';
import { deployment, TestRouter } from '../pipeline/support/router.ts';

describe('time that the ledger takes', () => {
  it('counts: no attempt begins after the deadline', async () => {
    const router = new TestRouter([deployment('a', { timeoutMs: 900 }), deployment('b')], { totalTimeoutMs: 1_000 });
    router.ledger.limit('tenant', { monthlyMicroUsd: 1_000_000 });
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    router.ledger.latencyMs = 110;
    expect((await router.ask()).code).toBe('deadline_exceeded');
    expect(router.upstream.callsTo('b')).toHaveLength(0);
    await router.clock.run(Promise.all(router.background));
    const figures = router.ledger.figures();
    expect(figures).toMatchObject(settled);
    // By time: less than 900 ms at 2,000 tokens a second.
    expect(figures.spentMicroUsd).toBeGreaterThan(1_141 + 4 * (1_000 + 128));
    expect(figures.spentMicroUsd).toBeLessThanOrEqual(1_141 + 4 * (1_800 + 128));
  });
});

describe('a grant that comes too late', () => {
  it('after another attempt ran: the request is counted once, and its slot', async () => {
    const router = new TestRouter([deployment('a', { timeoutMs: 900 }), deployment('b')]);
    router.ledger.limit('tenant', { monthlyMicroUsd: 1_000_000, tpm: 1_000_000, parallel: 1, rps: 1, burst: 1 });
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    await router.clock.advance(58_950);
    router.ledger.answerMs = 100;
    expect((await router.ask()).shown).toBe('Hello from B');
    expect(router.ledger.asked.map(({ wants }) => wants[0]?.parallel)).toEqual([1, 0, 0]);
  });

  it('is given back, and the ledger is asked again: a grant of tokens ends with its minute', async () => {
    const router = withBudget(1_000_000);
    router.ledger.limit('tenant', { tpm: 100_000, parallel: 1 });
    router.upstream.on('a', goodReply('Hello'));
    await router.clock.advance(59_950);
    router.ledger.answerMs = 100;
    expect((await router.ask()).status).toBe(200);
    expect(router.ledger.asked).toHaveLength(2);
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });
});

describe('a refusal from memory', () => {
  it('does not tell one caller what is left to another', async () => {
    const router = new TestRouter();
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.limit('tenant', { rps: 1, burst: 1 });
    router.ledger.limit('user:ana', { tpm: 23_456 });
    await router.ask({ user: 'ana' });
    expect((await router.ask({ user: 'ana' })).headers.get('x-ratelimit-limit-tokens')).toBe('23456');
    const bob = await router.ask({ user: 'bob' });
    expect(bob.code).toBe('rate_limit_exceeded');
    expect(bob.headers.get('x-ratelimit-limit-requests')).toBe('1');
    expect(bob.headers.get('x-ratelimit-limit-tokens')).toBeNull();
  });
});

describe('the ledger does not answer', () => {
  it.each(['gone', 'lost'] as const)('%s, and a budget is set: refused, said, and whole again', async (fate) => {
    const router = withBudget(1_000_000);
    router.ledger.always.grant = fate;
    const { status, code, headers } = await router.ask();
    expect([status, code, headers.get('x-carryon-ledger')]).toEqual([503, 'ledger_unavailable', 'unreachable']);
    expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
    await router.clock.run(Promise.all(router.background));
    expect(router.upstream.calls).toHaveLength(0);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 0 });
    expect(router.events).toContainEqual(expect.objectContaining({ event: 'ledger_unreachable', outcome: 'refused' }));
  });

  it('once: asked again with the same id, held once', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.fates.grant.push('broken', 'broken');
    expect((await router.ask()).status).toBe(200);
    expect(new Set(router.ledger.asked.map(({ leaseId }) => leaseId)).size).toBe(1);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });

  it('once, and refuses the second copy: the first, which comes in late, is granted to nobody', async () => {
    const router = withBudget(25_000);
    router.upstream.on('a', streamed(role, text('wait'), { waitMs: 1_000 }, finish, usage, 'data: [DONE]\n\n'));
    const first = await router.clock.run(router.send({ stream: true }));
    router.ledger.fates.grant.push('late');
    expect((await router.ask()).code).toBe('budget_exceeded');
    await router.clock.run(first.text());
    await router.clock.advance(6_000);
    expect(router.ledger.asked).toHaveLength(3);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });

  it('overloaded: not asked again', async () => {
    const router = withBudget(1_000_000);
    router.ledger.always.grant = 'overloaded';
    expect((await router.ask()).code).toBe('ledger_unavailable');
    expect(router.ledger.asked).toHaveLength(0);
  });

  it('and only rates are set, as its last answer told: it runs, said, and is told afterwards', async () => {
    const router = new TestRouter();
    router.upstream.on('a', goodReply('Hello'));
    await router.ask();
    router.ledger.always.grant = 'gone';
    const { status, headers } = await router.ask();
    expect([status, headers.get('x-carryon-ledger')]).toEqual([200, 'unreachable']);
    expect(router.ledger.figures().spentMicroUsd).toBe(2 * COST);
    expect(router.ledger.reported[1]?.scopes).toEqual(['tenant', 'anonymous', 'feature:chat', 'key:local']);
    expect(router.events).toContainEqual(expect.objectContaining({ event: 'ledger_unreachable', outcome: 'ran' }));
  });

  it('and what runs meanwhile may fail over, too', async () => {
    const router = new TestRouter();
    router.upstream.on('a', goodReply('Hello'), HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    await router.ask();
    router.ledger.always.grant = 'gone';
    const { status, shown } = await router.ask();
    expect([status, shown]).toEqual([200, 'Hello from B']);
    expect(router.ledger.reported).toHaveLength(3);
    expect(router.ledger.figures().heldMicroUsd).toBe(0);
  });

  it('and nobody knows whether a budget is set: refused', async () => {
    const router = new TestRouter();
    router.ledger.always.grant = 'gone';
    expect((await router.ask()).code).toBe('ledger_unavailable');
  });

  it.each(['gone', 'lost', 'broken'] as const)('to a report (%s): told again until it has it', async (fate) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.fates.report.push(fate, fate);
    expect((await router.ask()).status).toBe(200);
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });

  it('dies between grant and report: what its rows say is enough', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodStream('one ', 'two'));
    const response = await router.clock.run(router.send({ stream: true }));
    router.ledger.book.kill();
    await router.clock.run(response.text());
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
  });

  it('to any report: booked in full when its time is over, and an event says so', async () => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', goodReply('Hello'));
    router.ledger.always.report = 'gone';
    await router.ask();
    await router.clock.run(Promise.all(router.background));
    expect(router.events).toContainEqual(expect.objectContaining({ event: 'settlement_failed' }));
    await router.clock.advance(16 * 60_000);
    const whole = router.ledger.asked[0]?.wants[0]?.microUsd;
    expect(router.ledger.figures()).toEqual({ spentMicroUsd: whole, heldMicroUsd: 0, unsettledMicroUsd: whole });
  });
});

describe('streams that sleep', () => {
  it('forty seconds, the object dead each time: every settlement exact', async () => {
    const router = withBudget(1_000_000);
    const slow = Array.from({ length: 8 }, () => [text('word '), { waitMs: 5_000 }]).flat();
    for (let request = 1; request <= 5; request++) {
      router.upstream.on('a', streamed(role, ...slow, finish, usage, 'data: [DONE]\n\n'));
      const response = await router.clock.run(router.send({ stream: true }));
      router.ledger.book.kill();
      await router.clock.run(response.text());
      expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: request * COST });
    }
  });
});
