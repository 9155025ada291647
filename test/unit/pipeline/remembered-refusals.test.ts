/** A refusal from an isolate's memory is no news about the limits. */
import { expect, it } from 'vitest';
import { goodReply } from './support/openai.ts';
import { TestRouter } from './support/router.ts';

/** What is held for an answer with its feature's cap. */
const WORST = 17_525;

it('a refusal from memory, which tells of one scope, does not make the limits of others forgotten', async () => {
  const router = new TestRouter();
  router.ledger.limit('tenant', { rps: 100, burst: 200 });
  router.ledger.limit('user:bob', { monthlyMicroUsd: 15 * WORST });
  const bobAsks = () => {
    router.upstream.on('a', goodReply('Hello'));
    return router.ask({ user: 'bob' });
  };
  for (let request = 0; request < 30; request++) {
    await bobAsks();
    await router.clock.advance(100);
  }
  // Other requests of the isolate use up the rate.
  for (let user = 0, status = 200; status === 200; user++) {
    router.upstream.on('a', goodReply('Hello'));
    ({ status } = await router.ask({ user: `u${user}` }));
  }
  const { calls } = router.ledger;
  expect((await bobAsks()).code).toBe('rate_limit_exceeded');
  expect(router.ledger.calls).toBe(calls);
  await router.clock.advance(2_100);
  expect((await bobAsks()).status).toBe(200);
  expect(router.ledger.asked.at(-1)?.wants.map(({ requests }) => requests)).toEqual([1]);
});
