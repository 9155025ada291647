/** Small budgets: small holds, clients that leave early cost little, an outage locks no user out, and a page cannot spend the month. */
import { describe, expect, it } from 'vitest';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { HANGS, readUntil, withBudget } from './support/budget.ts';
import { DONE, finish, good, goodReply, role, streamed, text } from './support/openai.ts';
import { deployment, type TestRouter } from './support/router.ts';

const usageOf = (prompt_tokens: number, completion_tokens: number) => ({ prompt_tokens, completion_tokens });
const told = (usage: object) =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage })}\n\n`;

/** Config's defaults: overheads by host. */
function withDefaults(monthlyMicroUsd: number, ...deployments: ConstructorParameters<typeof TestRouter>): TestRouter {
  const router = withBudget(monthlyMicroUsd, ...deployments);
  router.deps.config.pricing = { ...router.deps.config.pricing, overheadTokensPerRequest: undefined };
  return router;
}

describe('a small budget', () => {
  it('is spent to four fifths and more before it refuses tiny requests', async () => {
    const price = { input: 12, output: 48, cachedInput: 12, cacheWrite: 12 };
    const router = withDefaults(100_000, [deployment('a', { price, hidesTokens: false, overheadTokens: 128 })]);
    const body = { messages: [{ role: 'user', content: 'What is a failover?' }], max_tokens: 300 };
    const answer = 'Another one answers. '.repeat(4);
    router.upstream.on('a', {
      body: [JSON.stringify({ ...JSON.parse(String(goodReply(answer).body?.[0])), usage: usageOf(14, 20) })],
    });
    let refused = 0;
    for (let one = 0; one < 100 && refused === 0; one++) if ((await router.ask({ body })).status === 429) refused++;
    expect(refused).toBe(1);
    expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(80_000);
  });

  it('loses little to clients who leave before the answer began, or after a word', async () => {
    const router = withDefaults(1_000_000, [deployment('a', { hidesTokens: false, overheadTokens: 128 })]);
    const body = { max_tokens: 300 };
    const words = Array.from({ length: 60 }, () => text('word '));
    let billed = 0;
    for (let one = 0; one < 200; one++) {
      const leaves = one % 20 < 11;
      const early = one % 2 === 0;
      router.upstream.on(
        'a',
        streamed(...(leaves && early ? [{ waitMs: 500 }] : []), role, ...words, finish, told(usageOf(10, 60)), DONE),
      );
      if (!leaves) {
        await router.ask({ stream: true, body });
        billed += 10 + 4 * 60;
        continue;
      }
      const gone = new AbortController();
      if (early) router.clock.after(200, () => gone.abort());
      const sending = router.send({ stream: true, body }, gone.signal);
      if (early) {
        await router.clock.run(sending);
        billed += 10 + 4;
        continue;
      }
      const reader = await router.clock.run(readUntil(await router.clock.run(sending), 2));
      await router.clock.run(reader.cancel());
      billed += 10 + 4 * 2;
    }
    await router.clock.run(Promise.all(router.background));
    const { spentMicroUsd, heldMicroUsd } = router.ledger.figures();
    expect(heldMicroUsd).toBe(0);
    expect(spentMicroUsd).toBeGreaterThanOrEqual(billed);
    // Of $1.00 about 10 % may be booked for what was only possible: here less, for 110 clients that left, with 128 tokens each on their way.
    expect(spentMicroUsd - billed).toBeLessThan(100_000);
  });

  it('is not used up by an outage: three asks of a user, each behind a provider that hangs', async () => {
    const router = withDefaults(1_000_000_000);
    router.ledger.limit('user:vic', { dailyMicroUsd: 50_000 });
    router.upstream.on('a', HANGS);
    router.upstream.on('b', good(true, 'three words here'));
    for (let ask = 0; ask < 3; ask++) {
      const answered = await router.ask({ stream: true, user: 'vic' });
      expect(answered).toMatchObject({ status: 200, shown: 'three words here' });
    }
  });
});

describe('a refusal behind a failed attempt of the same request', () => {
  it('says that a provider failed and may have billed, and names no wait', async () => {
    const router = withBudget(30_000);
    router.upstream.on('a', HANGS);
    router.upstream.on('b', goodReply('Hello'));
    const { status, headers, body } = await router.ask();
    expect(status).toBe(429);
    expect(JSON.parse(body).error).toMatchObject({ code: 'budget_exceeded' });
    expect(JSON.parse(body).error.message).toContain('A provider failed and may have billed');
    expect(body).not.toContain('ask again');
    expect(headers.get('retry-after')).toBeNull();
    expect(headers.get('x-should-retry')).toBe('false');
  });
});

describe('a page', () => {
  const page = { ...LOCAL_IDENTITY, kind: 'publishable' as const, origins: ['https://app.example'] };
  const headers = { origin: 'https://app.example' };

  it('may not ask for more output than its feature’s cap, which always has a value', async () => {
    const router = withBudget(20_000_000);
    router.identities.set('sk-test', page);
    router.upstream.on('a', good(true, 'five words and no more'));
    const refused = await router.ask({ stream: true, headers, body: { max_tokens: 1_000_000 } });
    expect([refused.status, refused.code]).toEqual([400, 'feature_cap_exceeded']);
    expect((await router.ask({ stream: true, headers, body: { max_tokens: 4_096 } })).status).toBe(200);
  });

  it('cannot end a month by leaving, whatever the model hides', async () => {
    const router = withBudget(20_000_000, [deployment('a', { hidesTokens: true })]);
    router.upstream.on('a', streamed(role, text('one '), 'hang'));
    for (let one = 0; one < 4; one++) {
      const gone = new AbortController();
      const response = await router.clock.run(
        router.send({ stream: true, body: { max_tokens: 1_000_000 } }, gone.signal),
      );
      await router.clock.run(readUntil(response, 1));
      await router.clock.advance(200);
      gone.abort();
      await router.clock.advance(1_000);
    }
    // 200 ms at 2,000 tokens a second, and what may have been on its way.
    expect(router.ledger.figures().spentMicroUsd).toBeLessThan(4 * 5_000);
  });
});

describe('a bill above what was held', () => {
  it('is booked as it is, seen by an operator, and held from then on', async () => {
    const router = withBudget(10_000_000, [deployment('a')]);
    const whole = { ...JSON.parse(String(goodReply('42').body?.[0])), usage: usageOf(20, 20_010) };
    router.upstream.on('a', { body: [JSON.stringify(whole)] });
    const heldFor = async () => {
      const before = router.ledger.asked.length;
      await router.ask({ body: { max_tokens: 50 } });
      return router.ledger.asked[before]?.wants[0]?.microUsd ?? 0;
    };
    expect(await heldFor()).toBeLessThan(20_000);
    expect(router.ledger.figures().spentMicroUsd).toBe(20 + 4 * 20_010);
    expect(router.events).toContainEqual(expect.objectContaining({ event: 'usage_above_hold', needsOperator: true }));
    expect(router.lessons).toMatchObject([{ deployment: 'a', lesson: { thinkingBeyondCap: 32_768 } }]);
    expect(await heldFor()).toBeGreaterThan(20 + 4 * 20_010);
    expect(router.lessons).toHaveLength(1);
  });
});

describe('a usage of nothing beside text', () => {
  it.each([[true], [false]])('is booked by the bounds, and an operator hears of it (streamed: %s)', async (stream) => {
    const router = withBudget(10_000_000, [deployment('a', { hidesTokens: false })]);
    const long = 'x'.repeat(4_000);
    const whole = { ...JSON.parse(String(goodReply(long).body?.[0])), usage: usageOf(0, 0) };
    router.upstream.on(
      'a',
      stream ? streamed(role, text(long), finish, told(usageOf(0, 0)), DONE) : { body: [JSON.stringify(whole)] },
    );
    await router.ask({ stream });
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(4_000 * 4);
    expect(router.ledger.reported.at(-1)?.estimated).toBe(true);
    expect(router.events).toMatchObject([{ event: 'usage_odd', oddity: 'too_little_input', needsOperator: true }]);
  });
});
