/** What a crowd of users costs in calls of their tenant's ledger, and a quiet one. */
import { describe, expect, it } from 'vitest';
import { COST, settled, withBudget } from '../pipeline/support/budget.ts';
import { Isolates } from '../pipeline/support/isolates.ts';
import { finish, goodReply, role, streamed, text, usage } from '../pipeline/support/openai.ts';
import type { TestRouter } from '../pipeline/support/router.ts';

const afterAWhile = () => streamed(role, text('Hello'), { waitMs: 150 }, finish, usage, 'data: [DONE]\n\n');

it.each([
  ['a hundred a second', 10, 1.1],
  ['a thousand a second', 1, 0.75],
  ['three thousand a second', 1 / 3, 0.4],
])(
  'each request is of another user, %s: few calls, and all of it booked to the micro-USD',
  async (_, apartMs, most) => {
    const users = 300;
    const router = withBudget(1_000_000_000);
    router.ledger.latencyMs = 1;
    router.ledger.answerMs = 1;
    const sent: Promise<string>[] = [];
    let due = 0;
    for (let user = 0; user < users; user++) {
      router.upstream.on('a', afterAWhile());
      sent.push(router.send({ user: `u${user}`, stream: true }).then((response) => response.text()));
      due += apartMs;
      if (due < 1) continue;
      await router.clock.advance(Math.floor(due));
      due -= Math.floor(due);
    }
    const answers = await router.clock.run(Promise.all(sent));
    expect(answers.every((answer) => answer.includes('[DONE]'))).toBe(true);
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: users * COST });
    expect(router.ledger.figures('user:u7')).toEqual({ ...settled, spentMicroUsd: COST });
    expect(router.ledger.calls / users).toBeLessThanOrEqual(most);
    expect(router.clock.pending).toBe(0);
  },
);

describe('closes in a crowd', () => {
  /** Five streams that run on, over a ledger that is a millisecond away. */
  async function crowded(monthlyMicroUsd = 1_000_000_000) {
    const router = withBudget(monthlyMicroUsd);
    router.ledger.latencyMs = 1;
    for (const user of ['u1', 'u2', 'u3', 'u4', 'u5']) {
      router.upstream.on('a', afterAWhile());
      router.background.push(router.send({ user, stream: true }).then((response) => response.text()));
    }
    await router.clock.advance(20);
    return router;
  }

  /** Serves one request. `isOver` tells whether anything of it goes on behind its response. */
  async function serve(router: TestRouter, user: string) {
    const before = router.background.length;
    router.upstream.on('a', goodReply('Hello'));
    await router.clock.run(router.send({ user }).then((response) => response.text()));
    const state = { isOver: false };
    void Promise.all(router.background.slice(before)).then(() => {
      state.isOver = true;
    });
    await router.clock.settle();
    return state;
  }

  const closes = ({ ledger }: TestRouter) => new Set(ledger.reported.map(({ leaseId }) => leaseId)).size;
  const isClosed = ({ ledger }: TestRouter, user: string) =>
    expect(ledger.figures(`user:${user}`)).toEqual({ ...settled, spentMicroUsd: COST });

  async function end(router: TestRouter, users: readonly string[]) {
    // A stream that ends leaves more to do.
    for (let awaited = 0; awaited < router.background.length; ) {
      awaited = router.background.length;
      await router.clock.run(Promise.all(router.background));
    }
    for (const user of users) isClosed(router, user);
    expect(router.clock.pending).toBe(0);
  }

  it('the first request that ends waits, and closes for all that end meanwhile; those are over at once', async () => {
    const router = await crowded();
    const carrier = await serve(router, 'ana');
    const others = [await serve(router, 'ben'), await serve(router, 'eve')];
    expect([carrier, ...others].map(({ isOver }) => isOver)).toEqual([false, true, true]);
    // The asks of the second and the third have taken along what was closable by then.
    expect(closes(router)).toBe(2);
    const { calls } = router.ledger;
    await router.clock.advance(105);
    expect(carrier.isOver).toBe(true);
    expect(closes(router)).toBe(3);
    expect(router.ledger.calls).toBe(calls + 1);
    await end(router, ['ana', 'ben', 'eve', 'u1']);
  });

  it('the calls of that request fail: it goes on until the ledger knows all of them', async () => {
    const router = await crowded();
    const carrier = await serve(router, 'ana');
    router.ledger.fates.report.push('broken', 'lost', 'gone');
    expect((await serve(router, 'ben')).isOver).toBe(true);
    await router.clock.advance(5_000);
    expect(carrier.isOver).toBe(false);
    await end(router, ['ana', 'ben']);
  });

  it('the ask that takes a close along fails: it is closed all the same', async () => {
    const router = await crowded();
    await serve(router, 'ana');
    router.ledger.fates.grant.push('gone');
    await serve(router, 'ben');
    await end(router, ['ana']);
  });

  it('after its call the next request that ends waits in its place', async () => {
    const router = await crowded();
    await serve(router, 'ana');
    await router.clock.advance(105);
    const next = await serve(router, 'ben');
    expect(next.isOver).toBe(false);
    await end(router, ['ana', 'ben']);
  });

  it('more end at once than a report has room for, and nobody asks any more: all are closed without delay', async () => {
    const users = Array.from({ length: 700 }, (_, user) => `u${user}`);
    const router = withBudget(1_000_000_000);
    router.ledger.latencyMs = 1;
    for (const user of users) {
      router.upstream.on('a', streamed(role, text('Hello'), { waitMs: 1_000 }, finish, usage, 'data: [DONE]\n\n'));
      router.background.push(router.send({ user, stream: true }).then((response) => response.text()));
    }
    await router.clock.advance(1_200);
    for (const user of users) isClosed(router, user);
    expect(router.clock.pending).toBe(0);
  });

  it('little is left of a limit: what is not used goes back at once', async () => {
    const router = await crowded(300_000);
    const others = [await serve(router, 'ana'), await serve(router, 'ben')];
    await router.clock.advance(5);
    expect(others.map(({ isOver }) => isOver)).toEqual([true, true]);
    for (const user of ['ana', 'ben']) isClosed(router, user);
    await end(router, ['ana', 'ben', 'u5']);
  });
});

it('the request that waits to close for others is killed: the next that asks does it', async () => {
  const one = { isolate: 0, worst: 10, costs: 50, tokens: 1, dawdlesMs: 0, triesTwice: false, isLost: false };
  const users = ['u1', 'u2', 'u3', 'u4'];
  const isolates = new Isolates(1, { monthlyMicroUsd: 1_000_000 });
  const booked = (user: string) => {
    const { spentMicroUsd, heldMicroUsd } = isolates.ledger.figures(`user:${user}`);
    return spentMicroUsd + heldMicroUsd;
  };
  await isolates.run([
    ...users.map((user) => ({ ...one, afterMs: 0, runsForMs: 60_000, user, diesAfterMs: 200 })),
    { ...one, afterMs: 0, runsForMs: 5, user: 'ana', diesAfterMs: 50 },
    { ...one, afterMs: 0, runsForMs: 20, user: 'ben' },
  ]);
  await isolates.clock.advance(1_000);
  // Both ended at half of what they held. Until they are closed they are booked in full.
  expect(['ana', 'ben'].map(booked)).toEqual([10, 10]);
  await isolates.run([{ ...one, afterMs: 0, runsForMs: 5, user: 'eve' }]);
  expect(['ana', 'ben', 'eve'].map(booked)).toEqual([5, 5, 5]);
  expect(isolates.unclosed).toEqual([]);
  expect(isolates.wrong).toEqual([]);
});

it('the ledger is away for too long: a lease that one request has given up is counted once, and no other waits for it', async () => {
  const one = { isolate: 0, worst: 10, costs: 50, tokens: 1, dawdlesMs: 0, triesTwice: false, isLost: false };
  const isolates = new Isolates(1, { monthlyMicroUsd: 1_000_000 });
  const { clock, ledger } = isolates;
  ledger.always.report = 'gone';
  clock.after(30_000, () => {
    ledger.always.report = 'answered';
  });
  await isolates.run([
    ...['u1', 'u2', 'u3', 'u4'].map((user) => ({ ...one, afterMs: 0, runsForMs: 60_000, user })),
    { ...one, afterMs: 0, runsForMs: 5, user: 'ana' },
    { ...one, afterMs: 0, runsForMs: 12_000, user: 'ben' },
  ]);
  expect(isolates.events).toEqual([{ event: 'settlement_failed', tenant: 'acme', leases: 1 }]);
  expect(isolates.unclosed).toHaveLength(1);
  expect(isolates.wrong).toEqual([]);
});

it('one request alone asks at once, and closes at once', async () => {
  const router = withBudget(1_000_000_000);
  router.upstream.on('a', goodReply('Hello'));
  await router.ask({ user: 'ana' });
  expect(router.clock.pending).toBe(0);
  expect(router.ledger.calls).toBe(2);
  expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: COST });
});

it('the ledger does not answer a crowd: each is refused by itself, and the budget is whole again', async () => {
  const router = withBudget(1_000_000_000);
  router.ledger.latencyMs = 1;
  router.ledger.fates.grant.push('answered', 'lost', 'broken', 'gone', 'lost');
  const users = 60;
  const sent = Array.from({ length: users }, (_, user) => {
    router.upstream.on('a', goodReply('Hello'));
    return router.send({ user: `u${user}` });
  });
  const statuses = (await router.clock.run(Promise.all(sent))).map(({ status }) => status);
  await router.clock.run(Promise.all(router.background));
  await router.clock.advance(30_000);
  // A follower repeats its ask two seconds later, by itself and with its own lease id.
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(users - 6);
  expect(router.ledger.figures()).toEqual({ ...settled, spentMicroUsd: router.upstream.calls.length * COST });
});
