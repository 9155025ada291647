/** What an isolate answers from memory is no news of the limits. */
import { expect, it } from 'vitest';
import { goodReply } from './support/openai.ts';
import { TestRouter } from './support/router.ts';

/** What an answer holds that is given its feature's cap. */
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
  // Others of the isolate use up the rate.
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
