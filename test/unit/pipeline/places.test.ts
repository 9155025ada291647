import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { failing, good, role, streamed, text } from './support/openai.ts';
import { deployment, read, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const hang: Script = { instead: 'hang' };
const limited = (retryAfterMs: number) => failing(429, {}, { 'retry-after-ms': String(retryAfterMs) });

describe('maxParallel', () => {
  it('is exact, whatever comes at once; who finds no place goes on, or is told so', async () => {
    const request = fc.record({
      atMs: fc.integer({ min: 0, max: 2_000 }),
      tookMs: fc.integer({ min: 0, max: 1_500 }),
      stream: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 25 }),
        fc.integer({ min: 1, max: 4 }),
        fc.boolean(),
        async (requests, maxParallel, withB) => {
          const deployments = [deployment('a', { maxParallel }), ...(withB ? [deployment('b')] : [])];
          const router = new TestRouter(deployments);
          const scripts = new Map(requests.map((request, index) => [`request ${index}`, request]));
          let most = 0;
          const { fetch } = router.upstream;
          router.deps.fetch = (url, init) => {
            const asked = scripts.get(JSON.parse(String(init.body)).messages[0].content);
            const to = new URL(url).hostname[0] ?? '';
            router.upstream.on(to, { ...good(asked?.stream ?? false, to), afterMs: asked?.tookMs ?? 0 });
            const called = fetch(url, init);
            most = Math.max(most, router.upstream.running.filter((call) => call.to === 'a').length);
            return called;
          };
          const all = requests.map(async ({ atMs, stream }, index) => {
            await new Promise<void>((resume) => void router.clock.after(atMs, resume));
            return read(
              await router.send({ stream, body: { messages: [{ role: 'user', content: `request ${index}` }] } }),
            );
          });
          const answers = await router.clock.run(Promise.all(all));
          expect(most).toBeLessThanOrEqual(maxParallel);
          for (const { status, code, headers } of answers) {
            if (status === 200) continue;
            expect({ status, code, withB }).toEqual({ status: 503, code: 'overloaded', withB: false });
            expect(headers.get('retry-after')).toBe('1');
          }
          if (requests.length > maxParallel && requests.every(({ atMs, tookMs }) => atMs === 0 && tookMs > 0))
            expect(most).toBe(maxParallel);
          for (const one of deployments) expect(router.isFree(one)).toBe(true);
          expect(router.standings.a).toBe('up');
        },
      ),
      { numRuns: 40 },
    );
  });

  it('is held until the stream has ended or its reader has left', async () => {
    const router = new TestRouter([deployment('a', { maxParallel: 1 })]);
    router.upstream.on('a', streamed(text('a'), { waitMs: 1_000 }, text('b'), 'hang'));
    const first = await router.clock.run(router.send({ stream: true }));
    expect(await router.ask({ stream: true })).toMatchObject({ code: 'overloaded' });
    await first.body?.cancel();
    router.upstream.on('a', good(true, 'free'));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'free' });
  });
});

describe('a client that leaves before the answer has begun', () => {
  it('takes its upstream call with it, whenever that is; nobody is blamed, no place stays taken', async () => {
    const script = fc.constantFrom<Script>(
      hang,
      streamed(role, { waitMs: 3_000 }, text('a'), 'hang'),
      { ...failing(500), afterMs: 400 },
      limited(1_500),
      { instead: 'refuse', afterMs: 300 },
    );
    await fc.assert(
      fc.asyncProperty(script, script, fc.integer({ min: 0, max: 2_500 }), async (ofA, ofB, leavesAtMs) => {
        const router = new TestRouter();
        router.upstream.on('a', ofA);
        router.upstream.on('b', ofB);
        const gone = new AbortController();
        let asked = 0;
        let leftRunning = 0;
        router.clock.after(leavesAtMs, () => {
          gone.abort();
          asked = router.upstream.calls.length;
          // An attempt looks for its client once it has lasted 100 ms.
          router.clock.after(101, () => {
            leftRunning = router.upstream.running.length;
          });
        });
        const answered = await router.ask({ stream: true }, gone.signal);
        await router.clock.advance(20_000);
        if (!gone.signal.aborted) return;
        expect(leftRunning).toBe(0);
        expect(router.upstream.running).toEqual([]);
        if (answered.code === 'client_gone') {
          expect(answered.status).toBe(499);
          expect(router.upstream.calls.length).toBe(asked);
        }
        for (const one of router.deployments) expect(router.isFree(one)).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('cools nobody', async () => {
    const router = new TestRouter();
    router.upstream.on('a', hang);
    for (let request = 0; request < 20; request++) {
      const gone = new AbortController();
      router.clock.after(1_000, () => gone.abort());
      expect(await router.ask({ stream: true }, gone.signal)).toMatchObject({ code: 'client_gone' });
    }
    expect(router.standings).toEqual({ a: 'up', b: 'up' });
    expect(router.upstream.callsTo('b')).toEqual([]);
  });
});
