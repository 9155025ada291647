/** Providers and clients that misbehave, and what they must not make the router do. */
import { describe, expect, it } from 'vitest';
import type { Identity } from '../../../worker/core/identity/identity.ts';
import { LOCAL_IDENTITY } from '../../../worker/core/identity/identity.ts';
import { readRequest } from '../../../worker/pipeline/ask.ts';
import { START } from './support/clock.ts';
import { failing, good, goodReply, role, streamed, text } from './support/openai.ts';
import { deployment, read, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

const chunk = (data: object): string =>
  `data: ${JSON.stringify({ id: 'c1', object: 'chat.completion.chunk', ...data })}\n\n`;

describe('a provider’s words', () => {
  const secret = deployment('a', { apiKey: 'keyA-Zq9', apiBase: 'https://a.example:8443/v1' });
  const words = 'worker failed: keyA-Zq9 at a.example:8443, also known as a.example, for Acme Inc';

  it('about its own failure after the first content never reach the client', async () => {
    const router = new TestRouter([secret]);
    router.upstream.on(
      'a',
      streamed(role, text('hello'), { waitMs: 10 }, chunk({ error: { message: words, code: 'keyA-Zq9' } })),
    );
    const { body } = await router.ask({ stream: true });
    expect(body).toContain('stream_interrupted');
    expect(body).toContain('The provider failed.');
    for (const hidden of ['Zq9', 'a.example', 'Acme']) expect(body).not.toContain(hidden);
  });

  it('about its own failure never reach the client that is refused, and a page hears not even the kind', async () => {
    const router = new TestRouter([secret]);
    router.upstream.on('a', failing(401, { message: words, code: 'keyA-Zq9' }));
    const told = await router.ask();
    expect(told.body).toContain('The provider does not accept the key.');
    for (const hidden of ['Zq9', 'a.example', 'Acme']) expect(told.body).not.toContain(hidden);
    const page: Identity = { ...LOCAL_IDENTITY, kind: 'publishable', origins: ['https://app.example'] };
    router.identities.set('pk-page', page);
    const fromPage = await router.ask({ headers: { authorization: 'Bearer pk-page', origin: 'https://app.example' } });
    expect(fromPage).toMatchObject({ status: 503, code: 'providers_unavailable' });
    expect(fromPage.body).not.toContain('key');
  });

  it('about the caller’s fault come without key and host, wherever a cut would fall', async () => {
    const router = new TestRouter([secret]);
    const message = `${'x'.repeat(495)}keyA-Zq9 ${words}`;
    router.upstream.on('a', failing(400, { message, param: 'keyA-Zq9' }));
    const { status, body } = await router.ask();
    expect(status).toBe(400);
    for (const hidden of ['keyA', 'Zq9', 'a.example']) expect(body).not.toContain(hidden);
  });

  it('do not show a part of a key that another mask would break up', async () => {
    const odd = deployment('a', { apiKey: 'ab/cd+0123456789abcdef0123456789abcdef0123456789=tail' });
    const router = new TestRouter([odd]);
    router.upstream.on('a', failing(400, { message: `no such key: ${odd.apiKey}` }));
    const { body } = await router.ask();
    for (const hidden of ['ab/cd', 'tail', '0123']) expect(body).not.toContain(hidden);
  });
});

describe('a stream', () => {
  const nested = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  const unreadable = `data: {"id":"c","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":1,"x":${nested}}}\n\n`;

  it('that a translator trips over after content ends by name, and gives its place back', async () => {
    const only = deployment('a', { maxParallel: 3 });
    const router = new TestRouter([only]);
    const adapterFor = router.deps.adapterFor;
    router.deps.adapterFor = (one) => ({
      ...adapterFor(one),
      stream: (chat, nowMs) => {
        const translator = adapterFor(one).stream(chat, nowMs);
        const event = translator.event.bind(translator);
        translator.event = (name, data) => {
          if (data.includes('trip')) throw new RangeError('Maximum call stack size exceeded');
          return event(name, data);
        };
        return translator;
      },
    });
    router.upstream.on('a', streamed(role, text('hello'), { waitMs: 10 }, text('trip\n')));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'hello', code: 'stream_interrupted' });
    expect(router.isFree(only)).toBe(true);
  });

  it('with a chunk nested beyond the stack is answered or ends by name', async () => {
    const router = new TestRouter([deployment('a')]);
    router.upstream.on('a', streamed(role, text('hello'), { waitMs: 10 }, unreadable));
    expect(await router.ask({ stream: true })).toMatchObject({ shown: 'hello', code: 'stream_interrupted' });
  });

  it('that is kept alive without content is silent all the same; the reader hears that it is', async () => {
    const router = new TestRouter([deployment('a', { idleTimeoutMs: 12_000 })]);
    const alive = Array.from({ length: 60 }, () => [{ waitMs: 1_000 }, ': ping\n\n']).flat();
    router.upstream.on('a', streamed(role, text('hello'), ...alive));
    const response = await router.clock.run(router.send({ stream: true }));
    const body = await router.clock.run(response.text());
    expect(router.clock.now() - START).toBe(12_000);
    expect(body).toContain('stream_interrupted');
    expect(body.split(': keep-alive\n').length - 1).toBe(2);
  });

  it('of two choices that breaks off after the first is no whole answer', async () => {
    const whole = chunk({ choices: [{ index: 0, delta: { content: 'one' }, finish_reason: 'stop' }] });
    for (const ending of [['reset' as const], [{ waitMs: 20_000 }]]) {
      const router = new TestRouter([deployment('a')]);
      router.upstream.on('a', streamed(role, whole, { waitMs: 10 }, ...ending));
      const { code, body } = await router.ask({ stream: true, body: { n: 2 } });
      expect(code).toBe('stream_interrupted');
      expect(body).not.toContain('[DONE]');
    }
  });

  it('of one choice where two were asked for is whole, if the provider says that it is done', async () => {
    const router = new TestRouter([deployment('a')]);
    const whole = chunk({ choices: [{ index: 0, delta: { content: 'one' }, finish_reason: 'stop' }] });
    router.upstream.on('a', streamed(role, whole, 'data: [DONE]\n\n'));
    const { code, body } = await router.ask({ stream: true, body: { n: 2 } });
    expect(code).toBeUndefined();
    expect(body).toContain('[DONE]');
  });

  it('with an event that never ends takes no more memory than that', async () => {
    const router = new TestRouter();
    router.upstream.on('a', streamed(role, ...Array.from({ length: 20 }, () => 'x'.repeat(1_000_000))));
    router.upstream.on('b', good(true, 'Hello from B'));
    expect(await router.ask({ stream: true })).toMatchObject({ status: 200, shown: 'Hello from B' });
    expect(router.upstream.callsTo('a')[0]?.taken).toBeLessThan(15);
  });
});

describe('a whole answer', () => {
  it('without end is given up, and the next deployment answers', async () => {
    const router = new TestRouter();
    const mebibyte = ' '.repeat(1_048_576);
    router.upstream.on('a', { body: Array.from({ length: 100 }, () => mebibyte) });
    router.upstream.on('b', goodReply('Hello from B'));
    expect(await router.ask()).toMatchObject({ status: 200, shown: 'Hello from B' });
    expect(router.upstream.callsTo('a')[0]?.taken).toBeLessThan(40);
  });
});

describe('never sooner than asked', () => {
  it.each([500, 503, 529])('a %i that names a time is left alone until then', async (status) => {
    const router = new TestRouter();
    router.upstream.on('a', failing(status, {}, { 'retry-after': '30' }));
    router.upstream.on('b', goodReply('Hello from B'));
    for (let request = 0; request < 5; request++) expect(await router.ask()).toMatchObject({ status: 200 });
    expect(router.upstream.callsTo('a')).toHaveLength(1);
    await router.clock.advance(30_000);
    await router.ask();
    expect(router.upstream.callsTo('a')).toHaveLength(2);
  });

  it('what another request was told while this one waited holds for this one too', async () => {
    const router = new TestRouter();
    const limited = (ms: number): Script => failing(429, {}, { 'retry-after-ms': String(ms) });
    router.upstream.on('a', limited(300), limited(20_000), goodReply('too soon'));
    router.upstream.on('b', goodReply('Hello from B'));
    const first = router.send();
    await router.clock.settle();
    router.board.observe(
      router.deployments[0] ?? deployment('a'),
      { startedAt: START, result: 'rate_limited', user: null, retryAfterMs: 20_000 },
      () => {},
    );
    expect(await router.clock.run(first.then(read))).toMatchObject({ shown: 'Hello from B' });
    expect(router.upstream.callsTo('a')).toHaveLength(1);
  });
});

describe('who can be asked', () => {
  it('under strictParams a field that one deployment lacks is sent to the one that has it', async () => {
    const a = deployment('a', { quirks: { unsupported: ['seed'] } });
    const router = new TestRouter([a, deployment('b')], { strictParams: true });
    router.upstream.on('b', goodReply('Hello from B'));
    expect(await router.ask({ body: { seed: 7 } })).toMatchObject({ status: 200, shown: 'Hello from B' });
    const alone = new TestRouter([a], { strictParams: true });
    expect(await alone.ask({ body: { seed: 7 } })).toMatchObject({ status: 400, code: 'unsupported_param' });
  });

  const sound = [{ type: 'input_audio', input_audio: { data: 'UklG', format: 'wav' } }];
  const onlySound = { messages: [{ role: 'user', content: sound }] };
  const hears = deployment('b', { allowParams: ['input_audio'] });

  it('a message that one deployment has no form for is sent to the one that has it, at no cost', async () => {
    const router = new TestRouter([deployment('a'), hears]);
    router.upstream.on('b', goodReply('Hello from B'));
    expect(await router.ask({ body: onlySound })).toMatchObject({ status: 200, shown: 'Hello from B' });
    expect(router.upstream.callsTo('a')).toEqual([]);
  });

  it('a message that none has a form for is a 400 that names it, before any call', async () => {
    const router = new TestRouter([deployment('a'), deployment('b', { format: 'anthropic' })]);
    const { status, code, body } = await router.ask({ body: onlySound });
    expect([status, code, JSON.parse(body).error.param]).toEqual([400, 'invalid_body', 'messages[0].content']);
    expect(router.upstream.calls).toEqual([]);
  });

  it('where the only one that can take it is in cooldown, the client may ask again', async () => {
    const router = new TestRouter([deployment('a'), hears]);
    router.upstream.on('b', failing(401), goodReply('Hello from B'));
    await router.ask({ body: onlySound });
    expect(await router.ask({ body: onlySound })).toMatchObject({ status: 503, code: 'providers_unavailable' });
    expect(router.upstream.callsTo('a')).toEqual([]);
  });

  it.each([failing(503), failing(400, { code: 'invalid_value' }), failing(403, { code: 'content_policy_violation' })])(
    'too long for one, and the other fails too: the client gets the first 400 (%#)',
    async (second) => {
      const router = new TestRouter();
      router.upstream.on('a', failing(400, { code: 'context_length_exceeded' }));
      router.upstream.on('b', second);
      const { status, code, headers } = await router.ask();
      expect({ status, code }).toEqual({ status: 400, code: 'context_length_exceeded' });
      expect(headers.get('x-should-retry')).toBe('false');
      expect(router.upstream.callsTo('b')).toHaveLength(1);
    },
  );
});

describe('a client', () => {
  it.each([true, false])(
    'that leaves before the answer ends the provider’s work at once (streamed: %s)',
    async (stream) => {
      const router = new TestRouter();
      router.upstream.on('a', { instead: 'hang' });
      router.upstream.on('b', good(stream, 'Hello from B'));
      const client = new AbortController();
      const sending = router.send({ stream }, client.signal);
      await router.clock.advance(200);
      client.abort();
      await router.clock.settle();
      expect(router.upstream.callsTo('a')[0]).toMatchObject({ aborted: true });
      expect((await router.clock.run(sending)).status).toBe(499);
      expect(router.upstream.callsTo('b')).toHaveLength(0);
    },
  );

  const upload = (body: ReadableStream) =>
    new Request('https://router.example/ai', { method: 'POST', body, duplex: 'half' } as RequestInit);

  it('that breaks off its upload is no fault of ours', async () => {
    const { deps } = new TestRouter();
    const broken = new ReadableStream({ pull: (controller) => controller.error(new TypeError('connection lost')) });
    const asked = await readRequest(upload(broken), 'ai', LOCAL_IDENTITY, deps, { background: () => {} });
    expect(asked).toMatchObject({ ok: false, error: { code: 'client_gone' } });
  });

  it('that never ends its upload is not waited for for ever, and its time is not the providers’', async () => {
    const { deps, clock } = new TestRouter();
    const endless = new ReadableStream({ pull: () => new Promise(() => {}) });
    const asked = await clock.run(readRequest(upload(endless), 'ai', LOCAL_IDENTITY, deps, { background: () => {} }));
    expect(asked).toMatchObject({ ok: false, error: { code: 'body_timeout' } });
    expect(clock.now() - START).toBe(10_000);
  });

  it('that does not tell how long its upload is, is stopped at the limit', async () => {
    const { deps } = new TestRouter([deployment('a')], { maxBodyBytes: 10_000, maxImageBodyBytes: 10_000 });
    let sent = 0;
    const endless = new ReadableStream({
      pull(controller) {
        sent++;
        controller.enqueue(new Uint8Array(1_000));
      },
    });
    const asked = await readRequest(upload(endless), 'ai', LOCAL_IDENTITY, deps, { background: () => {} });
    expect(asked).toMatchObject({ ok: false, error: { code: 'payload_too_large', limitBytes: 10_000 } });
    expect(sent).toBeLessThan(15);
  });
});
