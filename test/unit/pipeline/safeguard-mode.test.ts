/** From the threshold on, a feature's safeguard serves it, until the period ends. */
import { describe, expect, it } from 'vitest';
import { endOfMonth } from '../../../worker/core/ledger/time.ts';
import { COST, withBudget } from './support/budget.ts';
import { failing, good } from './support/openai.ts';
import { override } from './support/overrides.ts';
import { deployment, feature, type TestRouter } from './support/router.ts';

const CAP = 10_000_000;
const safeguard = { alias: 'app/cheap', maxInputTokens: undefined, maxOutputTokens: 20 };

/** Normal requests are served by `a`, the safeguard's by `b`; at 95 % of a budget the latter takes over. */
function withSafeguard(): TestRouter {
  const router = withBudget(CAP);
  const { config } = router.deps;
  const cheap = { ...deployment('b'), price: { input: 0.1, output: 0.4, cachedInput: 0.1, cacheWrite: 0.1 } };
  (config.aliases as Map<string, unknown>).set('app/cheap', { name: 'app/cheap', deployments: [cheap] });
  (config.features as Map<string, unknown>).set('chat', feature('chat', { safeguard }));
  router.ledger.book.ladder = { thresholds: [60, 85, 95], safeguardAt: 95 };
  router.ledger.book.kill();
  return router;
}

const spend = ({ ledger, clock }: TestRouter, microUsd: number) => {
  ledger.book.clockMs = clock.now();
  ledger.book.adjust({ scope: 'tenant', deltaMicroUsd: microUsd });
};
const modeOf = ({ headers }: { headers: Headers }) => headers.get('x-carryon-mode') ?? 'normal';

describe.each([false, true])('safeguard mode (streamed: %s)', (stream) => {
  it('begins at its threshold, says so, is cheaper, shorter and whole, and ends with the month', async () => {
    const router = withSafeguard();
    router.upstream.on('a', good(stream, 'A long and dear answer.'), good(stream, 'As before.'));
    router.upstream.on('b', good(stream, 'Short.'));
    spend(router, 0.95 * CAP - COST);
    const before = await router.ask({ stream });
    expect([before.status, modeOf(before), before.shown]).toEqual([200, 'normal', 'A long and dear answer.']);

    const after = await router.ask({ stream });
    expect([after.status, modeOf(after), after.shown]).toEqual([200, 'safeguard', 'Short.']);
    if (stream) expect(after.body).toContain('[DONE]');
    else expect(JSON.parse(after.body).choices[0].finish_reason).toBe('stop');
    const [normal, cheap] = router.upstream.calls;
    expect([normal?.body.max_tokens, cheap?.body.max_tokens]).toEqual([4_096, 20]);
    expect(router.ledger.figures().spentMicroUsd).toBe(0.95 * CAP + COST / 10);

    await router.clock.advance(endOfMonth(router.clock.now()) - router.clock.now());
    const next = await router.ask({ stream });
    expect([next.status, modeOf(next), next.shown]).toEqual([200, 'normal', 'As before.']);
  });
});

describe('safeguard mode that an operator has set', () => {
  const long = { body: { messages: [{ role: 'user', content: 'x'.repeat(600) }] } };
  const withLimit = (): TestRouter => {
    const router = withSafeguard();
    const shorter = { ...safeguard, maxInputTokens: 500 };
    (router.deps.config.features as Map<string, unknown>).set('chat', feature('chat', { safeguard: shorter }));
    router.upstream.on('a', good(false, 'Dear.'));
    router.upstream.on('b', good(false, 'Short.'));
    return router;
  };

  it('is for the feature that it names, as long as it is in force', async () => {
    const router = withLimit();
    override(router, { safeguards: ['search'] });
    expect(modeOf(await router.ask())).toBe('normal');
    override(router, { safeguards: ['chat'] });
    expect(await router.ask()).toMatchObject({ status: 200, shown: 'Short.' });
    expect(router.ledger.figures()).toMatchObject({ spentMicroUsd: COST + COST / 10, heldMicroUsd: 0 });
    await router.clock.advance(3_600_000);
    router.upstream.on('a', good(false, 'Dear.'));
    expect(modeOf(await router.ask())).toBe('normal');
  });

  it('serves as asked what the safeguard does not take, and refuses nothing for it', async () => {
    const router = withLimit();
    override(router, { safeguards: ['chat'] });
    const answered = await router.ask(long);
    expect([answered.status, modeOf(answered), answered.shown]).toEqual([200, 'normal', 'Dear.']);
  });

  it('serves a safeguard that is no cheaper, too, and one of which nothing is left in a budget is refused', async () => {
    const router = withLimit();
    const same = { alias: 'app/chat', maxInputTokens: undefined, maxOutputTokens: undefined };
    (router.deps.config.features as Map<string, unknown>).set('chat', feature('chat', { safeguard: same }));
    override(router, { safeguards: ['chat'] });
    expect(modeOf(await router.ask())).toBe('safeguard');
    spend(router, CAP);
    expect(await router.ask()).toMatchObject({ status: 429, code: 'budget_exceeded' });
  });

  it('is of no effect under bypass, and for a feature that has lost its safeguard', async () => {
    const router = withLimit();
    override(router, { safeguards: ['chat'], bypass: ['*'] });
    expect(modeOf(await router.ask())).toBe('bypass');
    (router.deps.config.features as Map<string, unknown>).set('chat', feature('chat'));
    override(router, { safeguards: ['chat'] });
    router.upstream.on('a', good(false, 'Dear.'));
    expect(modeOf(await router.ask())).toBe('normal');
  });
});

describe('safeguard mode', () => {
  it('holds for the further attempts of a request that began as normal', async () => {
    const router = withSafeguard();
    router.upstream.on('a', failing(500), good(false, 'At last.'));
    spend(router, 0.95 * CAP - 1);
    const answered = await router.ask();
    expect([answered.status, modeOf(answered), answered.shown]).toEqual([200, 'normal', 'At last.']);
  });

  it('refuses what its safeguard cannot take, rather than serve it as normal', async () => {
    const router = withSafeguard();
    const shorter = { ...safeguard, maxInputTokens: 500 };
    (router.deps.config.features as Map<string, unknown>).set('chat', feature('chat', { safeguard: shorter }));
    router.upstream.on('a', good(false, 'Dear.'));
    const long = { body: { messages: [{ role: 'user', content: 'x'.repeat(600) }] } };
    spend(router, 0.94 * CAP);
    expect(modeOf(await router.ask(long))).toBe('normal');
    spend(router, 0.01 * CAP);
    expect(await router.ask(long)).toMatchObject({ code: 'feature_cap_exceeded' });
    expect(router.upstream.calls).toHaveLength(1);
    expect(router.ledger.figures()).toMatchObject({ heldMicroUsd: 0 });
  });

  it('refuses at the end of the budget, as without it', async () => {
    const router = withSafeguard();
    spend(router, CAP);
    expect(await router.ask()).toMatchObject({ status: 429, code: 'budget_exceeded' });
    expect(router.upstream.calls).toEqual([]);
  });

  describe('of a busy isolate', () => {
    const ask = async (router: TestRouter, apartMs: number) => {
      router.upstream.on('a', good(false, 'A long and dear answer.'));
      router.upstream.on('b', good(false, 'Short.'));
      const answered = await router.ask();
      await router.clock.advance(apartMs);
      return modeOf(answered);
    };
    /** An isolate that has slices of normal requests. */
    const busy = async (): Promise<TestRouter> => {
      const router = withSafeguard();
      router.ledger.limit('tenant', { monthlyMicroUsd: 100 * CAP });
      for (let request = 0; request < 60; request++) expect(await ask(router, 50)).toBe('normal');
      expect(router.ledger.asked.some(({ wants }) => (wants[0]?.requests ?? 0) > 8)).toBe(true);
      return router;
    };
    const toRest = async (router: TestRouter) => {
      await router.clock.run(Promise.all(router.background));
      expect(router.ledger.figures().heldMicroUsd).toBe(0);
    };

    it('begins within the 10 s of its slices, which are not taken again, and no place in the rate is wasted', async () => {
      const router = await busy();
      spend(router, 95 * CAP);
      for (let request = 0; request < 200; request++) await ask(router, 50);
      for (let request = 0; request < 20; request++) expect(await ask(router, 50)).toBe('safeguard');
      await toRest(router);
      const unused = router.ledger.book.tables
        .load()
        .leases.filter(({ granted, spent }) => granted.requests === 1 && spent.microUsd === 0);
      expect(unused).toEqual([]);
    });

    it('is served by slices too, and ends within 10 s once the ledger lets it', async () => {
      const router = await busy();
      spend(router, 95 * CAP);
      for (let request = 0; request < 200; request++) await ask(router, 50);
      const { calls, book } = router.ledger;
      const { rowsWritten } = book.tables;
      for (let request = 0; request < 1_000; request++) expect(await ask(router, 20)).toBe('safeguard');
      expect(router.ledger.calls - calls).toBeLessThan(50);
      expect(book.tables.rowsWritten - rowsWritten).toBeLessThan(80);
      router.ledger.limit('tenant', { monthlyMicroUsd: 200 * CAP });
      for (let request = 0; request < 500; request++) await ask(router, 20);
      for (let request = 0; request < 20; request++) expect(await ask(router, 20)).toBe('normal');
      await toRest(router);
    });
  });
});
