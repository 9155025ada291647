/** What a crowd of users costs in calls of their tenant's ledger, and a quiet one. */
import { expect, it } from 'vitest';
import { COST, settled, withBudget } from '../pipeline/support/budget.ts';
import { finish, goodReply, role, streamed, text, usage } from '../pipeline/support/openai.ts';

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

it('in a crowd, a request is over as soon as another has taken its close along', async () => {
  const router = withBudget(1_000_000_000);
  router.ledger.latencyMs = 1;
  const others = ['u1', 'u2', 'u3', 'u4', 'u5'].map((user) => {
    router.upstream.on('a', afterAWhile());
    return router.send({ user, stream: true }).then((response) => response.text());
  });
  await router.clock.advance(20);
  const before = router.background.length;
  router.upstream.on('a', goodReply('Hello'));
  await router.clock.run(router.send({ user: 'ana' }));
  const endedAt = router.clock.now();
  const over = Promise.all(router.background.slice(before));
  router.upstream.on('a', goodReply('Hello'));
  const next = router.send({ user: 'ben' });
  await router.clock.run(over);
  expect(router.clock.now() - endedAt).toBeLessThan(10);
  await router.clock.run(Promise.all([...others, next]));
  await router.clock.run(Promise.all(router.background));
  expect(router.clock.pending).toBe(0);
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
