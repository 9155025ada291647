/** A request takes what operators have set once; where nothing is set it is made of shared objects alone. */
import { describe, expect, it } from 'vitest';
import type { Alias } from '../../../worker/core/config/config.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { PLAIN_ROUTE } from '../../../worker/core/routing/route.ts';
import { boardFor, deploymentFor, fetchFor } from '../../../worker/overrides/routed.ts';
import { readRequest } from '../../../worker/pipeline/ask.ts';
import type { RoutedRequest } from '../../../worker/pipeline/request.ts';
import { COST } from '../pipeline/support/budget.ts';
import { goodReply } from '../pipeline/support/openai.ts';
import { override } from '../pipeline/support/overrides.ts';
import { deployment, feature, TestRouter } from '../pipeline/support/router.ts';

const small: Alias = { name: 'app/small', deployments: [deployment('d')] };
const price = { input: 2, output: 8 };

function aRouter(): TestRouter {
  const router = new TestRouter();
  const safeguard = { alias: 'app/small', maxInputTokens: undefined, maxOutputTokens: 10 };
  Object.assign(router.deps.config, {
    aliases: new Map([...router.deps.config.aliases, ['app/small', small]]),
    features: new Map([['chat', feature('chat', { safeguard })]]),
  });
  return router;
}

async function asked({ deps }: TestRouter): Promise<RoutedRequest> {
  const body = JSON.stringify({ model: 'app/chat', messages: [{ role: 'user', content: 'hello' }] });
  const request = new Request('https://router.example/', { method: 'POST', body });
  const made = await readRequest(request, 'chat-completions', LOCAL_IDENTITY, deps, { background: () => {} });
  if (!made.ok) throw new Error(made.error.code);
  return made.value;
}

describe('a request', () => {
  it.each([
    ['nothing was ever set', () => {}],
    ['all was cleared', (router: TestRouter) => override(router, {})],
    ['what is set is another alias’s', (router: TestRouter) => override(router, { pins: { 'app/other': 'a' } })],
  ])('where %s: config’s own aliases, the shared route, the usual board and fetch', async (_, set) => {
    const router = aRouter();
    override(router, { pins: { 'app/chat': 'b' }, bypass: ['app/chat'] });
    override(router, {});
    set(router);
    const ask = await asked(router);
    const { deps } = router;
    const [a] = router.deployments;
    expect(ask.route).toBe(PLAIN_ROUTE);
    expect(ask.alias).toBe(deps.config.aliases.get('app/chat'));
    expect([ask.safeguardAlias, ask.lists]).toEqual([small, undefined]);
    expect(ask.safeguardAlias).toBe(small);
    expect(boardFor(ask, deps)).toBe(deps.board);
    expect(a && deploymentFor(ask.route, a)).toBe(a);
    expect(a && fetchFor(ask, a, deps)).toBe(deps.fetch);
  });

  it('takes the lists of its own alias and of its safeguard’s, worked out once for all requests', async () => {
    const router = aRouter();
    override(router, {
      aliases: {
        'app/chat': [{ id: 'b', model: 'model-new', price }],
        'app/small': [{ id: 'd', model: 'model-tiny', price }],
        'app/other': [{ id: 'a', model: 'model-other', price }],
      },
    });
    const [one, other] = [await asked(router), await asked(router)];
    const models = (alias: Alias | undefined) => alias?.deployments.map(({ id, model }) => [id, model]);
    expect([models(one.alias), models(one.safeguardAlias)]).toEqual([[['b', 'model-new']], [['d', 'model-tiny']]]);
    expect(Object.keys(one.lists ?? {}).toSorted()).toEqual(['app/chat', 'app/small']);
    expect([one.alias === other.alias, one.safeguardAlias === other.safeguardAlias]).toEqual([true, true]);
  });

  it('is held, served and billed as it was read, whatever is set or cleared while it runs', async () => {
    const router = aRouter();
    router.ledger.limit('tenant', { monthlyMicroUsd: 1_000_000_000 });
    override(router, {
      aliases: { 'app/chat': [{ id: 'b', model: 'model-new', price: { input: 100, output: 400 } }] },
    });
    router.ledger.latencyMs = 1_000;
    router.upstream.on('b', { ...goodReply('Hello'), afterMs: 1_000 });
    const answering = router.send();
    await router.clock.advance(500);
    override(router, { bypass: ['*'] });
    await router.clock.advance(1_000);
    override(router, {});
    const answer = await router.clock.run(answering);
    expect(router.upstream.calls.map(({ to, body: sent }) => [to, sent.model])).toEqual([['b', 'model-new']]);
    expect(answer.headers.get('x-carryon-mode')).toBeNull();
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures().spentMicroUsd).toBe(100 * COST);
  });
});
