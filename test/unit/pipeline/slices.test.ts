import { beforeEach, describe, expect, it } from 'vitest';
import type { Limits } from '../../../worker/core/ledger/types.ts';
import { COST, HANGS, settled, withBudget } from './support/budget.ts';
import { finish, goodReply, role, streamed, text, usage } from './support/openai.ts';
import { deployment, type Sent, TestRouter } from './support/router.ts';

const LARGE = 1_000_000_000;
/** What is held for an answer with its feature's cap. */
const WORST = 17_525;

let router: TestRouter;

/** This many whole answers, one after the other. */
async function answers(requests: number, apartMs = 20, sent: Sent = {}): Promise<void> {
  for (let request = 0; request < requests; request++) {
    router.upstream.on('a', goodReply('Hello'));
    expect((await router.ask(sent)).status).toBe(200);
    await router.clock.advance(apartMs);
  }
}

/** Until nothing is left to report. */
const quiet = () => router.clock.run(Promise.all(router.background));
const held = () => router.ledger.figures().heldMicroUsd;
const limitedBy = (limits: Partial<Limits>) => router.ledger.limit('tenant', limits);
/** The slices that were granted, each by its number of requests. */
const slices = () =>
  router.ledger.book.tables
    .load()
    .leases.filter(({ granted }) => granted.requests > 1)
    .map(({ granted }) => granted.requests);

describe('a busy isolate', () => {
  beforeEach(() => {
    router = withBudget(LARGE);
  });

  it('admits from memory: 1,000 requests in a few calls and rows, and all of it booked to the micro-USD', async () => {
    await answers(1_000);
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 1_000 * COST });
    expect(router.ledger.calls).toBeLessThan(35);
    expect(router.ledger.book.tables.rowsWritten).toBeLessThan(60);
  });

  it('asks for the next slice before one is used up: after the first few, nobody waits for the ledger', async () => {
    await answers(100);
    router.ledger.latencyMs = 15;
    await answers(300);
    const slow = router.ledger.asked.filter(({ wants }) => wants.length > 1 || wants[0]?.requests === 1).length;
    await answers(300);
    expect(router.ledger.asked.filter(({ wants }) => wants.length > 1 || wants[0]?.requests === 1)).toHaveLength(slow);
    expect(router.ledger.asked.length).toBeGreaterThan(slow + 5);
  });

  it('gives back what it does not use soon after ten seconds, and holds nothing after twenty', async () => {
    await answers(40);
    // Worst cases for two at once, and what the others cost.
    expect(held()).toBeGreaterThan(3 * WORST);
    await router.clock.advance(12_000);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 40 * COST });
    await quiet();
    expect(router.clock.pending).toBe(0);
  });

  it('that is quiet asks for one at a time, with one call and two rows each as ever', async () => {
    await answers(20, 6_000);
    expect(slices()).toEqual([]);
    expect(router.ledger.calls).toBe(40);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 20 * COST });
  });

  it('has a slice for each set of scopes', async () => {
    await answers(10, 20, { user: 'ana' });
    const asked = router.ledger.asked.length;
    await answers(1, 20, { user: 'bob' });
    expect(router.ledger.asked).toHaveLength(asked + 1);
    await quiet();
    expect(router.ledger.figures('user:ana').spentMicroUsd).toBe(10 * COST);
    expect(router.ledger.figures('user:bob').spentMicroUsd).toBe(COST);
  });

  it('tells what is left: what the ledger said, and what it still has itself', async () => {
    limitedBy({ rps: 100, burst: 400, tpm: 10_000_000 });
    const remaining: number[][] = [];
    for (let request = 0; request < 150; request++) {
      router.upstream.on('a', goodReply('Hello'));
      const { headers } = await router.ask();
      expect(headers.get('x-ratelimit-limit-requests')).toBe('400');
      const [requests, tokens] = ['requests', 'tokens'].map((what) => headers.get(`x-ratelimit-remaining-${what}`));
      remaining.push([Number(requests), Number(tokens)]);
    }
    // No time has passed: one less with each request, whether it asked the ledger or came out of a slice.
    const steps = remaining.slice(1).map(([requests = 0], place) => (remaining[place]?.[0] ?? 0) - requests);
    expect(steps.filter((step) => step !== 1)).toEqual([]);
    const tokens = remaining.map(([, tokens]) => tokens ?? 0);
    expect(Math.min(...tokens)).toBeGreaterThan(9_500_000);
    expect(router.ledger.asked.length).toBeLessThan(30);
  });
});

describe('a client that leaves', () => {
  it('while a slice is asked for: nobody is called, others use it, the budget is whole', async () => {
    router = withBudget(LARGE);
    await answers(12, 100);
    await router.clock.advance(10_000);
    await answers(5, 10);
    const asked = router.ledger.asked.length;
    router.ledger.latencyMs = 200;
    const gone = new AbortController();
    router.clock.after(100, () => gone.abort());
    await router.clock.advance(10_000);
    const calls = router.upstream.calls.length;
    await router.ask({}, gone.signal);
    expect(router.upstream.calls).toHaveLength(calls);
    expect(router.ledger.asked[asked]?.wants[0]?.requests).toBeGreaterThan(1);
    await answers(1);
    expect(router.ledger.asked).toHaveLength(asked + 1);
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 18 * COST });
  });

  it('out of many at once: one asks for a slice, the others for one each, and each is settled once', async () => {
    router = withBudget(LARGE);
    await answers(12, 100);
    await router.clock.advance(10_000);
    await answers(4, 10);
    await router.clock.advance(10_000);
    router.ledger.latencyMs = 20;
    const asked = router.ledger.asked.length;
    const gone = new AbortController();
    const crowd = Array.from({ length: 6 }, (_, place) => {
      router.upstream.on('a', goodReply('Hello'));
      return router.send({}, place % 2 === 0 ? gone.signal : undefined);
    });
    gone.abort();
    await router.clock.run(Promise.all(crowd));
    await quiet();
    const many = router.ledger.asked.slice(asked).filter(({ wants }) => (wants[0]?.requests ?? 0) > 1);
    expect(many).toHaveLength(1);
    const served = router.upstream.calls.length;
    expect(served).toBeGreaterThanOrEqual(16 + 3);
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: served * COST });
  });
});

describe('the size of a slice', () => {
  it.each<[string, Partial<Limits>, number]>([
    ['64 requests', { monthlyMicroUsd: LARGE }, 64],
    ['an eighth of the burst', { rps: 1_000, burst: 160 }, 20],
    ['an eighth of the money', { dailyMicroUsd: 100 * WORST }, 64],
    ['a quarter of the slots', { parallel: 30 }, 64],
    ['an eighth of the tokens', { tpm: 500_000 }, 64],
  ])('is at most %s', async (_, limits, most) => {
    router = new TestRouter();
    limitedBy(limits);
    await answers(200, 5);
    const rows = router.ledger.book.tables.load().leases.filter(({ granted }) => granted.requests > 1);
    expect(rows.length).toBeGreaterThan(2);
    for (const { granted } of rows) {
      expect(granted.requests).toBeLessThanOrEqual(most);
      expect(granted.microUsd).toBeLessThanOrEqual((limits.dailyMicroUsd ?? Number.POSITIVE_INFINITY) / 8);
      expect(granted.parallel).toBeLessThanOrEqual((limits.parallel ?? 256) / 4);
      expect(granted.tokens).toBeLessThanOrEqual((limits.tpm ?? Number.POSITIVE_INFINITY) / 8);
    }
  });

  it.each([
    ['money', { monthlyMicroUsd: 15 * WORST }],
    ['the burst', { rps: 5, burst: 15 }],
    ['slots', { parallel: 7 }],
    ['tokens', { tpm: 80_000 }],
  ])('at the end of %s is one', async (_, limits) => {
    router = new TestRouter();
    limitedBy(limits);
    await answers(12, 1);
    expect(slices()).toEqual([]);
  });
});

describe('a slice over a line that fails', () => {
  beforeEach(async () => {
    router = withBudget(LARGE);
    await answers(20, 100);
  });

  it.each(['lost', 'gone', 'broken', 'late', 'overloaded'] as const)('its close (%s) is told again', async (fate) => {
    router.ledger.fates.report.push(fate, fate);
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 20 * COST });
  });

  it.each(['lost', 'gone', 'broken', 'late', 'overloaded'] as const)(
    'the ask for it (%s) hurts nobody',
    async (fate) => {
      await router.clock.advance(10_000);
      router.ledger.fates.grant.push(fate);
      for (let request = 0; request < 60; request++) {
        router.upstream.on('a', goodReply('Hello'));
        await router.ask();
        await router.clock.advance(50);
      }
      await quiet();
      await router.clock.advance(10_000);
      const served = router.upstream.calls.length;
      expect(served).toBeGreaterThanOrEqual(20 + 59);
      expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: served * COST });
    },
  );

  it('whose ledger is silent serves what it has, then says so; nothing is lost', async () => {
    await answers(60, 50);
    router.ledger.always = { grant: 'gone', report: 'gone' };
    const before = router.upstream.calls.length;
    for (let request = 0; request < 80; request++) {
      router.upstream.on('a', goodReply('Hello'));
      const { code } = await router.ask();
      if (code === 'ledger_unavailable') break;
    }
    const served = router.upstream.calls.length;
    expect(served).toBeGreaterThan(before + 5);
    expect(served).toBeLessThan(before + 80);
    await router.clock.advance(30_000);
    router.ledger.always = { grant: 'answered', report: 'answered' };
    // The next ask takes the closes along.
    await answers(1);
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: (served + 1) * COST });
  });

  it('that dies loses nothing: the isolate closes by what its rows say', async () => {
    await answers(10);
    router.ledger.book.kill();
    await answers(10);
    router.ledger.book.kill();
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 40 * COST });
  });
});

describe('an isolate that dies', () => {
  it('has what it held booked in full, no more, and never a cap passed', async () => {
    router = withBudget(2_000_000);
    await answers(60, 50);
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    router.deps.slices?.byName.clear();
    // Nothing about it is reported any more.
    router.ledger.always.report = 'gone';
    await router.clock.advance(17 * 60_000);
    const dead = router.ledger.figures();
    expect(dead.spentMicroUsd).toBe(spentMicroUsd + heldMicroUsd);
    expect(dead.unsettledMicroUsd).toBe(heldMicroUsd);
    expect(dead.spentMicroUsd).toBeLessThanOrEqual(2_000_000);
  });
});

describe('streams out of a slice', () => {
  const long = () => streamed(role, text('word '), { waitMs: 14_000 }, finish, usage, 'data: [DONE]\n\n');

  it('that last longer than its admitting: its rest goes back at its end, the last to end closes it', async () => {
    router = withBudget(LARGE);
    await answers(30, 100);
    router.upstream.on('a', long());
    const response = await router.clock.run(router.send({ stream: true }));
    await router.clock.advance(12_000);
    expect(router.ledger.figures()).toEqual({ spentMicroUsd: 30 * COST, heldMicroUsd: WORST, unsettledMicroUsd: 0 });
    await router.clock.run(response.text());
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 31 * COST });
    await quiet();
  });

  it('whose reader leaves are settled by the bounds, and the slice is closed all the same', async () => {
    router = withBudget(LARGE);
    await answers(30, 100);
    router.upstream.on('a', long());
    const response = await router.clock.run(router.send({ stream: true }));
    await router.clock.run((response.body as ReadableStream).cancel());
    await quiet();
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThan(31 * COST);
    expect(router.ledger.reported.some(({ estimated }) => estimated)).toBe(true);
  });

  it('where little is left, give back what has ended while others still run', async () => {
    router = withBudget(40 * WORST);
    await answers(12, 10);
    const streams = [];
    for (let stream = 0; stream < 3; stream++) {
      router.upstream.on('a', streamed(role, text('word '), { waitMs: 2_000 }, finish, usage, 'data: [DONE]\n\n'));
      streams.push(await router.clock.run(router.send({ stream: true })));
    }
    router.upstream.on(
      'a',
      streamed(
        role,
        text('word '),
        { waitMs: 12_000 },
        text('more '),
        { waitMs: 12_000 },
        finish,
        usage,
        'data: [DONE]\n\n',
      ),
    );
    const last = await router.clock.run(router.send({ stream: true }));
    await router.clock.advance(11_000);
    for (const stream of streams) await router.clock.run(stream.text());
    expect(held()).toBe(WORST);
    await router.clock.run(last.text());
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 16 * COST });
  });
});

describe('midnight', () => {
  const day = (ms: number) => new Date(ms).toISOString().slice(0, 10);

  it('a slice that was granted before it is booked on the day of its grant, whenever its requests come', async () => {
    router = withBudget(LARGE);
    const { clock, ledger } = router;
    const midnight = Date.UTC(2027, 0, 16);
    await clock.advance(midnight - clock.now() - 2_000);
    await answers(20, 95);
    const slicesBefore = slices().length;
    await clock.advance(midnight + 1 - clock.now());
    await answers(2, 10);
    expect(slices()).toHaveLength(slicesBefore);
    await quiet();
    const spentOn = (ms: number) => ledger.book.figures('tenant', day(ms));
    expect(spentOn(midnight - 1)).toEqual({ ...settled, spentMicroUsd: 22 * COST });
    expect(spentOn(midnight)).toEqual({ ...settled, spentMicroUsd: 0 });
    await answers(1);
    await quiet();
    expect(spentOn(midnight).spentMicroUsd).toBe(COST);
  });
});

describe('an attempt that may have been billed, out of a slice', () => {
  it('is followed by one that takes a second worst case of it, without a call', async () => {
    router = withBudget(LARGE, [deployment('a', { timeoutMs: 2_000 }), deployment('b')]);
    await answers(30, 10);
    const { calls } = router.ledger;
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello from B'));
    const { shown, headers } = await router.ask();
    expect(shown).toBe('Hello from B');
    expect(router.ledger.calls).toBe(calls);
    const charged = Math.round(Number(headers.get('x-carryon-cost-usd')) * 1e6);
    await quiet();
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: 30 * COST + charged });
  });
});

describe('limits that change', () => {
  beforeEach(async () => {
    router = withBudget(LARGE);
    await answers(40, 50);
  });

  it.each<[string, () => void, string]>([
    ['lowered below what is spent', () => limitedBy({ monthlyMicroUsd: 10 }), 'budget_exceeded'],
    ['a rate comes', () => limitedBy({ rps: 0.001, burst: 1 }), 'rate_limit_exceeded'],
    ['the key is revoked', () => router.ledger.book.revoke('key:local'), 'access_revoked'],
  ])('%s: for every grant at once, in slices within 10 s', async (_, change, code) => {
    change();
    router.upstream.on('a', goodReply('Hello'));
    // Another user's first request is a grant.
    const other = await router.ask({ user: 'ana' });
    expect([other.code, (await router.ask()).status]).toEqual([code === 'rate_limit_exceeded' ? undefined : code, 200]);
    await router.clock.advance(10_000);
    const { code: after } = await router.ask();
    expect(after).toBe(code);
    await quiet();
    expect(held()).toBe(0);
  });

  it('a raised one lets more through at once', async () => {
    limitedBy({ monthlyMicroUsd: 10 });
    await router.clock.advance(10_000);
    expect((await router.ask()).code).toBe('budget_exceeded');
    limitedBy({ monthlyMicroUsd: LARGE });
    await answers(1);
  });
});
