import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorEvent, failing, good, role, streamed } from './support/openai.ts';
import { deployment, read, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const bothForms = [true, false];
const hang: Script = { instead: 'hang' };
const limited = (retryAfterMs: number) => failing(429, {}, { 'retry-after-ms': String(retryAfterMs) });

/** Every way in which A can fail before it has shown anything. */
const FAULTS: [string, boolean[], Script][] = [
  ['refused', bothForms, { instead: 'refuse' }],
  ['hangs', bothForms, hang],
  ['hangs after its headers', bothForms, { headers: { 'content-type': 'text/event-stream' }, body: ['hang'] }],
  ['hangs before content', [true], streamed(role, 'hang')],
  [
    'keep-alives only',
    [true],
    streamed(...Array.from({ length: 20 }, () => [': ping\n\n', { waitMs: 1_000 }]).flat(), 'hang'),
  ],
  ['an empty stream', [true], streamed()],
  ['a role and the end', [true], streamed(role)],
  ['an error event', [true], streamed(role, errorEvent)],
  ['a malformed line', [true], streamed(role, 'oh no, not again\n\n')],
  ['an error in a 200', bothForms, { body: ['{"error":{"message":"no","type":"server_error"}}'] }],
  ['truncated JSON', [false], { body: ['{"choices":[{'] }],
  ['cut', bothForms, { body: ['{"choices":[{', 'reset'] }],
  ['an empty body', bothForms, { body: [] }],
  ['a page', bothForms, { headers: { 'content-type': 'text/html' }, body: ['<html></html>'] }],
  ['a redirect', bothForms, { status: 307, headers: { location: 'https://evil.example/' } }],
  ...[401, 402, 403, 404, 408, 500, 502, 503, 504, 529].map((status): [string, boolean[], Script] => [
    `${status}`,
    bothForms,
    failing(status),
  ]),
  ['429', bothForms, failing(429)],
  ['429 for a second', bothForms, limited(1_000)],
  ['429 for a minute', bothForms, limited(60_000)],
  ['no money', bothForms, failing(429, { code: 'insufficient_quota' })],
];
const EVERY_FAULT = FAULTS.flatMap(([name, forms, script]) =>
  forms.map((stream) => [`${name}, ${stream ? 'streamed' : 'whole'}`, script, stream] as const),
);

describe('A is down before its content', () => {
  it.each(EVERY_FAULT)(
    '%s: B answers, unseen; from the fifth request on nobody waits for A',
    async (_, script, stream) => {
      const router = new TestRouter();
      router.upstream.on('a', script);
      router.upstream.on('b', good(stream, 'Hello from B'));
      for (let request = 1; request <= 12; request++) {
        const before = router.upstream.callsTo('a').length;
        const began = router.clock.now();
        const answered = await router.ask({ stream, user: request % 2 ? 'ann' : 'bob' });
        expect(answered).toMatchObject({ status: 200, shown: 'Hello from B', code: undefined });
        expect(answered.headers.get('x-carryon-deployment')).toBe('b');
        // Except for the field that says how the answer was made.
        expect(answered.body.replace(/,"carryon":.*$/s, '')).not.toContain('model-a');
        if (request < 5) continue;
        expect(router.upstream.callsTo('a').length).toBe(before);
        expect(router.clock.now()).toBe(began);
      }
      expect(router.upstream.running).toEqual([]);
      expect(router.standings).toEqual({ a: 'cooling', b: 'up' });
    },
  );

  it('a failover is counted, a retry is not a hop', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(500));
    router.upstream.on('b', good(false, 'b'));
    const { headers } = await router.ask();
    expect([headers.get('x-carryon-attempts'), headers.get('x-carryon-hops')]).toEqual(['3', '1']);
  });

  it('a single 500 is tried again in its group', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(500), good(false, 'a'));
    const { shown, headers } = await router.ask();
    expect(shown).toBe('a');
    expect([headers.get('x-carryon-attempts'), headers.get('x-carryon-hops')]).toEqual(['2', null]);
    expect(router.standings.a).toBe('up');
  });
});

describe('the caller’s own fault', () => {
  it.each<[string, Script, number, string]>([
    ['a 400', failing(400, { code: 'invalid_value' }), 400, 'invalid_value'],
    ['a 422', failing(422, { code: 'invalid_value' }), 422, 'invalid_value'],
    ['a flagged prompt', failing(403, { code: 'content_policy_violation' }), 403, 'content_policy_violation'],
    ['too long for every model', failing(400, { code: 'context_length_exceeded' }), 400, 'context_length_exceeded'],
  ])('%s is returned as it is, and cools nobody', async (_, script, status, code) => {
    for (const stream of bothForms) {
      const router = new TestRouter();
      router.upstream.on('a', script);
      router.upstream.on('b', script);
      for (let request = 0; request < 20; request++) {
        const answered = await router.ask({ stream });
        expect(answered).toMatchObject({ status, code });
        expect(answered.headers.get('x-should-retry')).toBe('false');
      }
      expect(router.standings).toEqual({ a: 'up', b: 'up' });
      expect(router.reports).toEqual([]);
      expect(router.upstream.callsTo('b').length).toBe(code === 'context_length_exceeded' ? 20 : 0);
    }
  });

  it('too long for A is asked once of another model', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(413));
    router.upstream.on('b', good(false, 'fits'));
    expect(await router.ask()).toMatchObject({ status: 200, shown: 'fits' });
  });

  it('one person’s slow long prompts cool nobody', async () => {
    const router = new TestRouter();
    router.upstream.on('a', streamed('hang'));
    router.upstream.on('b', good(true, 'b'));
    for (let request = 0; request < 11; request++) await router.ask({ stream: true, user: 'ann' });
    expect(router.standings.a).toBe('up');
    await router.ask({ stream: true, user: 'bob' });
    expect(router.standings.a).toBe('cooling');
  });

  it('two tenants that name nobody are two', async () => {
    const router = new TestRouter();
    const key = router.identities.get('sk-test');
    if (key !== undefined) router.identities.set('sk-other', { ...key, tenant: 'other' });
    router.upstream.on('a', streamed('hang'));
    router.upstream.on('b', good(true, 'b'));
    for (let request = 0; request < 4; request++) {
      await router.ask({ stream: true, ...(request % 2 && { headers: { authorization: 'Bearer sk-other' } }) });
    }
    expect(router.standings.a).toBe('cooling');
  });
});

describe('everybody is down', () => {
  it.each(EVERY_FAULT)('%s: a named error with retry-after, within the total deadline', async (_, script, stream) => {
    const router = new TestRouter();
    router.upstream.on('a', script);
    router.upstream.on('b', script);
    for (let request = 0; request < 6; request++) {
      const began = router.clock.now();
      const answered = await router.ask({ stream });
      expect([429, 503]).toContain(answered.status);
      expect(['deadline_exceeded', 'providers_unavailable', 'rate_limited_by_provider']).toContain(answered.code);
      expect(Number(answered.headers.get('retry-after'))).toBeGreaterThan(0);
      // The last attempt for a whole answer has its own limit (30 s) where the first took its own.
      expect(router.clock.now() - began).toBeLessThanOrEqual(stream ? 45_000 : 60_000);
    }
    expect(router.upstream.running).toEqual([]);
    for (const one of router.deployments) expect(router.isFree(one)).toBe(true);
  });

  it('the total deadline holds over attempts and waits, to the millisecond', async () => {
    const slow = fc.record({
      afterMs: fc.integer({ min: 0, max: 3_000 }),
      status: fc.constantFrom(500, 429),
      retryAfterMs: fc.integer({ min: 0, max: 2_500 }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(slow, { minLength: 4, maxLength: 4 }),
        fc.integer({ min: 100, max: 6_000 }),
        fc.boolean(),
        async (failures, totalTimeoutMs, stream) => {
          const router = new TestRouter(undefined, { totalTimeoutMs });
          const scripts = failures.map(({ afterMs, status, retryAfterMs }) => ({
            ...failing(status, {}, { 'retry-after-ms': String(retryAfterMs) }),
            afterMs,
          }));
          router.upstream.on('a', ...scripts.slice(0, 2));
          router.upstream.on('b', ...scripts.slice(2));
          const began = router.clock.now();
          const { code, status } = await router.ask({ stream });
          const tookMs = router.clock.now() - began;
          if (stream) expect(tookMs).toBeLessThanOrEqual(totalTimeoutMs);
          const lastStartMs = totalTimeoutMs - Math.min(1_000, Math.ceil(totalTimeoutMs / 10));
          const [, ...further] = router.upstream.calls;
          for (const { at } of further) expect(at - began).toBeLessThan(stream ? lastStartMs : totalTimeoutMs);
          if (code === 'deadline_exceeded') {
            expect(status).toBe(503);
            expect(tookMs).toBeGreaterThanOrEqual(stream ? lastStartMs : totalTimeoutMs);
          }
          for (const call of router.upstream.calls) {
            const earlier = router.upstream.calls.find(
              (other) => other.to === call.to && other !== call && other.at <= call.at,
            );
            // Never sooner than the provider asked.
            if (earlier === undefined) continue;
            const asked = failures[call.to === 'a' ? 0 : 2];
            if (asked?.status === 429)
              expect(call.at - earlier.at - asked.afterMs).toBeGreaterThanOrEqual(asked.retryAfterMs);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('all are still tried during their cooldowns, and the last one is never cooled', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(500));
    router.upstream.on('b', failing(500));
    for (let request = 0; request < 4; request++) await router.ask();
    expect(router.standings).toEqual({ a: 'cooling', b: 'cooling' });
    router.upstream.on('b', good(false, 'back'));
    expect(await router.ask()).toMatchObject({ status: 200, shown: 'back' });
    expect(router.standings.b).toBe('up');
  });

  it('nobody is asked sooner than its provider wants, not even as the last one', async () => {
    const router = new TestRouter([deployment('a')]);
    router.upstream.on('a', limited(30_000));
    expect(await router.ask()).toMatchObject({ status: 429, code: 'rate_limited_by_provider' });
    const answered = await router.ask();
    expect(answered).toMatchObject({ status: 503, code: 'providers_unavailable' });
    expect(answered.headers.get('retry-after')).toBe('30');
    expect(router.upstream.calls).toHaveLength(1);
    await router.clock.advance(30_000);
    router.upstream.on('a', good(false, 'back'));
    expect(await router.ask()).toMatchObject({ status: 200 });
  });

  it('refuse: says when to come back, asks nobody', async () => {
    const router = new TestRouter(undefined, { whenAllCooling: 'refuse' });
    router.upstream.on('a', failing(500));
    router.upstream.on('b', failing(500));
    for (let request = 0; request < 3; request++) await router.ask();
    const asked = router.upstream.calls.length;
    const answered = await router.ask();
    expect(answered).toMatchObject({ status: 503, code: 'providers_unavailable' });
    expect(answered.headers.get('retry-after')).toBe('10');
    expect(router.upstream.calls.length).toBe(asked);
  });

  it('a probe on its way leaves the others somebody to ask', async () => {
    const router = new TestRouter([deployment('a')]);
    router.upstream.on('a', failing(500));
    for (let request = 0; request < 4; request++) await router.ask();
    await router.clock.advance(10_000);
    expect(router.standings.a).toBe('half-open');
    router.upstream.on('a', { ...good(false, 'back'), afterMs: 5_000 });
    const answers = await router.clock.run(Promise.all([1, 2, 3].map(() => router.send().then(read))));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });
});
