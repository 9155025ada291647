import { describe, expect, it } from 'vitest';
import { failing, good, streamed, text } from './support/openai.ts';
import { read, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const hang: Script = { instead: 'hang' };
const limited = (retryAfterMs: number) => failing(429, {}, { 'retry-after-ms': String(retryAfterMs) });

describe('A is back', () => {
  async function afterOutage(cooldownMs = 10_000): Promise<TestRouter> {
    const router = new TestRouter(undefined, { cooldownMs });
    router.upstream.on('a', failing(500));
    router.upstream.on('b', good(true, 'from b'));
    for (let request = 0; request < 3; request++) await router.ask({ stream: true });
    expect(router.standings.a).toBe('cooling');
    await router.clock.advance(cooldownMs);
    return router;
  }

  it('traffic returns through one probe, within one cooldown', async () => {
    const router = await afterOutage();
    const before = router.upstream.callsTo('a').length;
    router.upstream.on('a', { ...good(true, 'from a'), afterMs: 1_000 });
    const probing = Promise.all([1, 2, 3, 4, 5].map(() => router.send({ stream: true }).then(read)));
    const answers = await router.clock.run(probing);
    expect(answers.map(({ shown }) => shown).toSorted()).toEqual(['from a', 'from b', 'from b', 'from b', 'from b']);
    expect(router.upstream.callsTo('a').length).toBe(before + 1);
    expect(router.probes).toBe(1);
    for (const one of router.deployments) expect(router.isFree(one)).toBe(true);
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from a' });
    expect(router.reports.at(-1)?.outcomes.at(-1)).toMatchObject({ result: 'success' });
  });

  it('the others need not wait until the probe’s stream has ended', async () => {
    const router = await afterOutage();
    router.upstream.on('a', streamed(text('long '), { waitMs: 60_000 }, 'hang'));
    const probe = await router.clock.run(router.send({ stream: true }));
    expect(router.standings.a).toBe('up');
    await probe.body?.cancel();
  });

  it('a probe that fails begins a new cooldown, is not waited for, and is not tried twice', async () => {
    const router = await afterOutage();
    const before = router.upstream.callsTo('a').length;
    router.upstream.on('a', limited(1_500));
    const began = router.clock.now();
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from b' });
    expect(router.clock.now()).toBe(began);
    expect(router.upstream.callsTo('a').length).toBe(before + 1);
    expect(router.standings.a).toBe('cooling');
  });

  it.each<[string, (router: TestRouter, gone: AbortController) => void]>([
    ['in the caller’s own fault', (router) => router.upstream.on('a', failing(400))],
    [
      'by the client’s leaving',
      (router, gone) => {
        router.upstream.on('a', hang);
        router.clock.after(500, () => gone.abort());
      },
    ],
  ])('a probe that ends %s lets the next request probe', async (_, prepare) => {
    const router = await afterOutage();
    const gone = new AbortController();
    prepare(router, gone);
    await router.ask({ stream: true }, gone.signal);
    expect(router.reports.at(-1)?.outcomes).toMatchObject([{ result: 'unknown' }]);
    router.upstream.on('a', good(true, 'from a'));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from a' });
  });

  it('a body that cannot be sent neither probes nor takes a place', async () => {
    const router = await afterOutage();
    router.deps.config.router.strictParams = true;
    expect(await router.ask({ stream: true, body: { top_k: 3 } })).toMatchObject({
      status: 400,
      code: 'unsupported_param',
    });
    expect(router.probes).toBe(0);
    for (const one of router.deployments) expect(router.isFree(one)).toBe(true);
  });

  it('while another isolate probes, this one waits a cooldown at most, however long that probe may take', async () => {
    const router = await afterOutage();
    router.probeAnswer = { claim: 'taken', until: router.clock.now() + 60_000, askedUntil: 0 };
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from b' });
    expect(router.standings.a).toBe('cooling');
    router.upstream.on('a', good(true, 'from a'));
    router.probeAnswer = { claim: 'closed', until: 0, askedUntil: 0 };
    await router.clock.advance(10_000);
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'from a' });
  });
});
