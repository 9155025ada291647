/** A pinned deployment: asked first whatever its health, reported as always, and not a wall: what fails still fails over. */
import { describe, expect, it } from 'vitest';
import type { RouterSettings } from '../../../worker/core/config/config.ts';
import { failing, good, goodReply, streamed } from './support/openai.ts';
import { override } from './support/overrides.ts';
import { deployment, feature, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const LONG_REST = failing(401, { code: 'invalid_api_key' });

/** `a`, `b` and `c` in this order, `c` pinned. */
function pinned(settings: Partial<RouterSettings> = {}): TestRouter {
  const router = new TestRouter([deployment('a'), deployment('b'), deployment('c')], settings);
  for (const id of ['a', 'b', 'c']) router.upstream.on(id, goodReply(`Hello from ${id.toUpperCase()}`));
  override(router, { pins: { 'app/chat': 'c' } });
  return router;
}
const asked = (router: TestRouter): string[] => router.upstream.calls.map(({ to }) => to);

describe('a pinned deployment', () => {
  it('is asked first, and serves as any other: mode, cache and cooldowns are the usual ones', async () => {
    const router = pinned();
    const { headers, shown } = await router.ask();
    expect([asked(router), shown]).toEqual([['c'], 'Hello from C']);
    expect([headers.get('x-carryon-mode'), headers.get('x-carryon-deployment')]).toEqual([null, 'c']);
  });

  it.each<[string, Script]>([
    ['answers with errors', failing(503)],
    ['refuses the key', LONG_REST],
    ['refuses connections', { instead: 'refuse' }],
    ['hangs', { instead: 'hang' }],
    ['asks for a wait', failing(429, {}, { 'retry-after': '60' })],
    ['breaks off before content', streamed('reset')],
  ])('%s: the others serve, lowest order first', async (_, script) => {
    for (const stream of [false, true]) {
      const router = pinned();
      router.upstream.on('c', script);
      router.upstream.on('a', good(stream, 'Hello from A'));
      const { status, shown, headers } = await router.ask({ stream });
      expect([status, shown, headers.get('x-carryon-deployment')]).toEqual([200, 'Hello from A', 'a']);
      const order = asked(router).filter((id, at, all) => id !== all[at - 1]);
      expect(order).toEqual(['c', 'a']);
    }
  });

  it('with all others failing too, each of them is asked', async () => {
    const router = pinned();
    for (const id of ['a', 'b', 'c']) router.upstream.on(id, LONG_REST);
    expect((await router.ask()).code).toBe('providers_unavailable');
    expect(asked(router)).toEqual(['c', 'a', 'b']);
  });

  it('in cooldown is asked first by every request, claims no probe, and its failures are reported', async () => {
    const router = pinned();
    router.upstream.on('c', LONG_REST);
    await router.ask();
    expect(router.standings).toMatchObject({ c: 'cooling' });
    const toldBefore = router.reports.length;
    const startedBefore = router.upstream.calls.length;
    for (let request = 0; request < 5; request++) expect((await router.ask()).shown).toBe('Hello from A');
    expect(asked(router).slice(startedBefore)).toEqual(Array(5).fill(['c', 'a']).flat());
    expect([router.reports.length - toldBefore, router.probes]).toEqual([5, 0]);
    expect(router.reports.every(({ deployment, outcomes }) => deployment === 'c' && outcomes.length > 0)).toBe(true);
  });

  it('half-open is asked by all at once, without a probe; its success ends the cooldown', async () => {
    const router = pinned();
    router.upstream.on('c', LONG_REST);
    await router.ask();
    // The board knows when it is over; that far ahead is the longest cooldown.
    await router.clock.advance(24 * 3_600_000);
    override(router, { pins: { 'app/chat': 'c' } });
    expect(router.standings).toMatchObject({ c: 'half-open' });
    router.probeAnswer = { claim: 'taken', until: router.clock.now() + 60_000, askedUntil: 0 };
    router.upstream.on('c', { ...goodReply('Hello from C'), afterMs: 50 });
    const all = await Promise.all(Array.from({ length: 4 }, () => router.ask()));
    expect(all.map(({ shown }) => shown)).toEqual(Array(4).fill('Hello from C'));
    expect([router.probes, router.standings.c]).toEqual([0, 'up']);
  });

  it('that asked for a wait is asked all the same; where all are in cooldown and config refuses then, it alone is', async () => {
    const router = pinned({ whenAllCooling: 'refuse' });
    for (const id of ['a', 'b', 'c']) router.upstream.on(id, failing(429, {}, { 'retry-after': '600' }));
    await router.ask();
    expect(router.standings).toEqual({ a: 'cooling', b: 'cooling', c: 'cooling' });
    const before = router.upstream.calls.length;
    expect((await router.ask()).status).toBe(429);
    expect(asked(router).slice(before)).toEqual(['c']);
  });

  it('has no place free: the request goes on without it', async () => {
    const router = new TestRouter([deployment('a'), deployment('b', { maxParallel: 1 })]);
    override(router, { pins: { 'app/chat': 'b' } });
    router.upstream.on('a', goodReply('Hello from A'));
    router.upstream.on('b', { ...goodReply('Hello from B'), afterMs: 1_000 });
    const both = await Promise.all([router.ask(), router.ask()]);
    expect(both.map(({ shown }) => shown).toSorted()).toEqual(['Hello from A', 'Hello from B']);
  });

  it('is not in the alias: the pin is idle', async () => {
    const router = pinned();
    override(router, { pins: { 'app/chat': 'elsewhere' } });
    expect((await router.ask()).shown).toBe('Hello from A');
  });

  it('holds for the safeguard’s alias too, where that serves', async () => {
    const small = { name: 'app/small', deployments: [deployment('d'), deployment('e')] };
    const router = pinned();
    const safeguard = { alias: 'app/small', maxInputTokens: undefined, maxOutputTokens: 10 };
    Object.assign(router.deps.config, {
      aliases: new Map([...router.deps.config.aliases, ['app/small', small]]),
      features: new Map([['chat', feature('chat', { safeguard })]]),
    });
    for (const id of ['d', 'e']) router.upstream.on(id, goodReply(`Hello from ${id.toUpperCase()}`));
    router.ledger.limit('tenant', { monthlyMicroUsd: 10_000 });
    override(router, { pins: { 'app/small': 'e', 'app/chat': 'c' } });
    const { shown, headers } = await router.ask();
    expect([shown, headers.get('x-carryon-mode')]).toEqual(['Hello from E', 'safeguard']);
  });

  it('ends by itself, and what was set for another alias holds for nobody else', async () => {
    const router = pinned();
    await router.clock.advance(3_600_000);
    expect((await router.ask()).shown).toBe('Hello from A');
    override(router, { pins: { 'app/other': 'c' } });
    expect((await router.ask()).shown).toBe('Hello from A');
  });
});
