import { describe, expect, it } from 'vitest';
import { VERSION } from '../../../protocol/version.ts';
import { withBudget } from './support/budget.ts';
import { DONE, failing, good, streamed } from './support/openai.ts';
import { deployment, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const page: Script = { headers: { 'content-type': 'text/html' }, body: ['<html>Bad gateway</html>'] };
const bothForms = [true, false];

describe('a status after a second of work', () => {
  it.each<[string, Script]>([
    ...[408, 499, 502, 504, 520, 522, 524, 527].flatMap((status): [string, Script][] => [
      [`${status}, a page`, { ...page, status }],
      [`${status}, in JSON`, failing(status)],
    ]),
    ...[500, 503].map((status): [string, Script] => [`${status}, a page`, { ...page, status }]),
    ['500, nothing', { status: 500 }],
    ['a broken connection', { instead: 'refuse' }],
  ])('%s: is booked, and not asked again', async (_, script) => {
    for (const stream of bothForms) {
      const router = withBudget(1_000_000);
      router.upstream.on('a', { ...script, afterMs: 1_000 });
      router.upstream.on('b', { ...script, afterMs: 3_000 });
      expect((await router.ask({ stream })).status).toBe(503);
      expect(router.upstream.calls.map(({ to }) => to)).toEqual(['a', 'b']);
      await router.clock.run(Promise.all(router.background));
      // Each of the two under a lease of its own.
      expect(router.ledger.asked.length).toBe(2);
      expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(0);
      // Any sooner, and nothing had begun.
      const early = withBudget(1_000_000);
      early.upstream.on('a', { ...script, afterMs: 900 }, good(stream, 'from a'));
      expect(await early.ask({ stream })).toMatchObject({ status: 200, shown: 'from a' });
      expect(early.upstream.callsTo('a')).toHaveLength(2);
    }
  });

  it.each<[string, Script]>([
    ...[400, 401, 403, 404, 429, 500, 503, 529].map((status): [string, Script] => [`${status}`, failing(status)]),
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }],
    ['429, a page', { ...page, status: 429 }],
  ])('%s in the provider’s own words is a refusal: free', async (_, script) => {
    const router = withBudget(1_000_000);
    router.upstream.on('a', { ...script, afterMs: 5_000 });
    router.upstream.on('b', { ...script, afterMs: 5_000 });
    await router.ask();
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures().spentMicroUsd).toBe(0);
  });
});

it('an error of llama.cpp in a field of its own is no fault of the deployment', async () => {
  const error = {
    code: 400,
    message: 'the request exceeds the available context size.',
    type: 'invalid_request_error',
  };
  const said = streamed(`error: ${JSON.stringify(error)}\n\n`, DONE);
  const router = new TestRouter();
  router.upstream.on('a', said);
  router.upstream.on('b', good(true, 'from b'));
  expect(await router.ask({ stream: true })).toMatchObject({ status: 200, shown: 'from b' });
  expect(router.reports.flatMap(({ outcomes }) => outcomes.map(({ result }) => result))).not.toContain('malformed');
  const alone = new TestRouter([deployment('a')]);
  alone.upstream.on('a', said);
  expect(await alone.ask({ stream: true })).toMatchObject({ status: 400, code: 'too_long' });
});

describe('a 400 about the model', () => {
  const refused = failing(400, {
    code: 'unsupported_value',
    message: "'temperature' does not support 0.2 with this model",
    param: 'temperature',
  });

  it('is tried once where another could take it, and cools nobody', async () => {
    for (const stream of bothForms) {
      const router = new TestRouter();
      router.upstream.on('a', refused);
      router.upstream.on('b', good(stream, 'from b'));
      for (let request = 0; request < 8; request++)
        expect(await router.ask({ stream })).toMatchObject({ status: 200, shown: 'from b' });
      expect(router.standings).toEqual({ a: 'up', b: 'up' });
      expect(router.reports).toEqual([]);
    }
  });

  it.each<[string, Script]>([
    ['a 400 too', failing(400, { code: 'unsupported_parameter', message: 'other words', param: 'n' })],
    ['the caller’s fault', failing(400, { code: 'invalid_value', message: 'other words' })],
    ['flagged', failing(400, { code: 'content_filter', message: 'other words' })],
    ['down', failing(500)],
    ['silent', { instead: 'hang' }],
  ])('and the second is %s: the client gets the first', async (_, script) => {
    for (const stream of bothForms) {
      const router = new TestRouter([deployment('a'), deployment('b'), deployment('c')]);
      router.upstream.on('a', refused);
      router.upstream.on('b', script);
      const answered = await router.ask({ stream });
      expect(answered).toMatchObject({ status: 400, code: 'unsupported_value' });
      expect(JSON.parse(answered.body).error).toMatchObject({ param: 'temperature' });
      expect(answered.headers.get('x-should-retry')).toBe('false');
      expect(router.upstream.calls.map(({ to }) => to)).toEqual(['a', 'b']);
    }
  });

  it('goes nowhere where there is nobody else', async () => {
    const same = { model: 'm', provider: 'p' };
    for (const deployments of [[deployment('a')], [deployment('a', same), deployment('b', same)]]) {
      const router = new TestRouter(deployments);
      router.upstream.on('a', refused);
      expect(await router.ask()).toMatchObject({ status: 400, code: 'unsupported_value' });
      expect(router.upstream.calls).toHaveLength(1);
    }
  });

  it('of a flagged prompt is not asked elsewhere', async () => {
    const router = new TestRouter();
    router.upstream.on('a', failing(400, { code: 'content_filter', message: 'this model does not support it' }));
    expect(await router.ask()).toMatchObject({ status: 400, code: 'content_filter' });
    expect(router.upstream.calls).toHaveLength(1);
  });
});

describe('one giant prompt', () => {
  it('begins no cooldown: the next request is asked there again', async () => {
    const router = new TestRouter();
    const words = "This request would exceed your organization's rate limit of 30,000 input tokens per minute";
    router.upstream.on('a', failing(429, { message: words }, { 'retry-after': '58' }));
    router.upstream.on('b', good(false, 'from b'));
    const messages = [{ role: 'user', content: 'word '.repeat(40_000) }];
    expect(await router.ask({ body: { messages } })).toMatchObject({ status: 200, shown: 'from b' });
    expect(router.standings.a).toBe('up');
    router.upstream.on('b', failing(500));
    expect(await router.ask({ body: { messages } })).toMatchObject({ status: 429 });
    router.upstream.on('b', good(false, 'from b'));
    await router.ask();
    expect(router.standings.a).toBe('cooling');
  });
});

it('a date in retry-after counts from its arrival', async () => {
  const router = new TestRouter();
  const date = new Date(router.clock.now() + 60_000).toUTCString();
  router.upstream.on('a', failing(429, {}, { 'retry-after': date }));
  router.upstream.on('b', good(false, 'from b'));
  expect(await router.ask()).toMatchObject({ shown: 'from b' });
  expect(router.upstream.callsTo('a')).toHaveLength(1);
  expect(router.standings.a).toBe('cooling');
});

it('an error told with status 200 is failed over and costs nothing', async () => {
  for (const stream of bothForms) {
    const router = withBudget(1_000_000);
    router.upstream.on('a', { body: ['{"code":401,"msg":"Invalid token","success":false}'] });
    router.upstream.on('b', good(stream, 'from b'));
    expect(await router.ask({ stream })).toMatchObject({ status: 200, shown: 'from b' });
    expect(router.upstream.callsTo('a')).toHaveLength(1);
    await router.clock.run(Promise.all(router.background));
    expect(router.ledger.figures()).toMatchObject({ spentMicroUsd: 30 });
  }
});

it('every request names Carryon and its version', async () => {
  const router = new TestRouter([deployment('a'), deployment('b', { format: 'anthropic' })]);
  router.upstream.on('a', failing(503));
  router.upstream.on('b', failing(503));
  await router.ask();
  const agents = router.upstream.calls.map(({ init }) => new Headers(init.headers).get('user-agent'));
  expect(new Set(agents)).toEqual(new Set([`carryon/${VERSION}`]));
});
