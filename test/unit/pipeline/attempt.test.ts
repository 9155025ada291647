import { describe, expect, it } from 'vitest';
import type { ChatRequest } from '../../../protocol/chat.ts';
import { patienceFor } from '../../../worker/core/routing/patience.ts';
import { type Attempted, attempt } from '../../../worker/pipeline/attempt.ts';
import { adapterFor } from '../../../worker/providers/formats.ts';
import type { AttemptInput } from '../../../worker/upstream/attempt-input.ts';
import { START, TestClock } from './support/clock.ts';
import { DONE, errorEvent, failing, finish, goodReply, role, streamed, text } from './support/openai.ts';
import { deployment, SETTINGS } from './support/router.ts';
import { type Script, Upstream } from './support/upstream.ts';

interface Tried {
  attempted: Attempted;
  at: number;
  upstream: Upstream;
  clock: TestClock;
}

async function tryOnce(
  script: Script,
  stream: boolean,
  more: Partial<AttemptInput> = {},
  prompt = 'hello',
): Promise<Tried> {
  const clock = new TestClock();
  const upstream = new Upstream(clock);
  upstream.on('a', script);
  const adapter = adapterFor('openai');
  const target = deployment('a', { timeoutMs: 6_000, streamTimeoutMs: 4_000, idleTimeoutMs: 3_000 });
  const chat: ChatRequest = {
    model: 'app/chat',
    messages: [{ role: 'user', content: prompt }],
    stream,
    includeUsage: false,
    rest: {},
  };
  const input: AttemptInput = {
    chat,
    deployment: target,
    adapter,
    outgoing: adapter.request(chat, target),
    settings: SETTINGS,
    patience: patienceFor(chat, target, SETTINGS),
    deadlineAt: START + 45_000,
    fetch: upstream.fetch,
    clock,
    waits: clock,
    gone: undefined,
    traceparent: undefined,
    ...more,
  };
  const attempted = await clock.run(attempt(input));
  return { attempted, at: clock.now() - START, upstream, clock };
}

const html: Script = { headers: { 'content-type': 'text/html' }, body: ['<html><body>Bad gateway</body></html>'] };
const errorInside: Script = {
  body: [JSON.stringify({ error: { message: 'no', type: 'server_error', code: 'server_error' } })],
};
const [wholeReply] = goodReply('hello').body ?? [];
const half = String(wholeReply).slice(0, 80);

describe('what an attempt came to', () => {
  const both = [true, false];
  it.each<[string, Script, boolean[], string, number]>([
    ['no connection', { instead: 'refuse' }, both, 'unreachable', 0],
    ['a reset before the headers', { instead: 'refuse', afterMs: 700 }, both, 'unreachable', 700],
    ['no headers, streamed', { instead: 'hang' }, [true], 'silent', 4_000],
    ['no headers, whole', { instead: 'hang' }, [false], 'slow', 6_000],
    ['headers, then nothing, streamed', streamed('hang'), [true], 'slow', 4_000],
    ['headers, then nothing, whole', { body: ['hang'] }, [false], 'slow', 6_000],
    ['half a body, then nothing', { body: [half, 'hang'] }, [false], 'slow', 6_000],
    ['half a body, then a reset', { body: [half, 'reset'] }, [false], 'cut', 0],
    ['half a body, then the end', { body: [half] }, [false], 'malformed', 0],
    ['an empty body', { body: [] }, both, 'malformed', 0],
    ['an empty stream', streamed(), [true], 'malformed', 0],
    ['a page', html, both, 'malformed', 0],
    ['an error in a 200', errorInside, both, 'server_error', 0],
    ['an error in a stream, before content', streamed(role, errorEvent), [true], 'server_error', 0],
    ['nothing but a line that cannot be read', streamed(role, 'data: {"choices":\n\n'), [true], 'malformed', 0],
    ['JSON of another shape', { body: ['{"answer":"hello"}'] }, both, 'malformed', 0],
    ['the ticket of a job', { status: 202, body: ['{"id":"job-1","status":"queued"}'] }, both, 'malformed', 0],
    ['an error in a 201', { ...errorInside, status: 201 }, both, 'server_error', 0],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }, both, 'redirected', 0],
    ['500', failing(500), both, 'server_error', 0],
    ['429', failing(429), both, 'rate_limited', 0],
    ['401', failing(401), both, 'bad_key', 0],
    ['402', failing(402), both, 'no_money', 0],
    ['404', failing(404, { code: 'model_not_found' }), both, 'no_model', 0],
    ['400', failing(400, { code: 'invalid_value' }), both, 'bad_request', 0],
    ['a 500 whose body hangs', { status: 500, body: ['{"err', 'hang'] }, both, 'server_error', 2_000],
    ['a 503 whose body never ends', { status: 503, body: Array(100).fill('x'.repeat(1_000)) }, both, 'server_error', 0],
  ])('%s', async (_, script, forms, kind, at) => {
    for (const stream of forms) {
      const tried = await tryOnce(script, stream);
      expect(tried.attempted).toMatchObject({ kind: 'failure', failure: { kind }, cutByDeadline: false });
      expect(tried.at).toBe(at);
      // Whatever it was, no reader is left on it.
      expect(tried.upstream.running).toEqual([]);
    }
  });

  it('an answer is handed on as soon as its content begins', async () => {
    const steps = [role, { waitMs: 100 }, ': ping\n\n', { waitMs: 100 }, text('hello'), { waitMs: 100 }, finish, DONE];
    const { attempted, at, upstream } = await tryOnce(streamed(...steps), true);
    expect(attempted).toMatchObject({ kind: 'stream', ended: false });
    expect(attempted.kind === 'stream' && attempted.opening.map(({ content }) => content)).toEqual([false, true]);
    expect(at).toBe(200);
    expect(upstream.running).toHaveLength(1);
  });

  it('a short answer that has ended already says so', async () => {
    const { attempted } = await tryOnce(streamed(role + text('hello') + finish + DONE), true);
    expect(attempted).toMatchObject({ kind: 'stream', ended: true });
  });

  it('a whole reply is checked before it is one', async () => {
    const { attempted } = await tryOnce(goodReply('hello'), false);
    expect(attempted).toMatchObject({ kind: 'reply', reply: { ok: true, model: 'served' } });
  });
});

describe('an answer under another status than 200', () => {
  it.each([201, 202, 203, 206])('%s is an answer, as it is for the SDKs', async (status) => {
    const whole = await tryOnce({ ...goodReply('hello'), status }, false);
    expect(whole.attempted).toMatchObject({ kind: 'reply', reply: { ok: true, model: 'served' } });
    const stream = await tryOnce({ ...streamed(role + text('hello') + finish + DONE), status }, true);
    expect(stream.attempted).toMatchObject({ kind: 'stream', ended: true });
  });
});

describe('silence', () => {
  it('after a long prompt may be the prompt’s fault', async () => {
    for (const stream of [true, false]) {
      const long = await tryOnce({ instead: 'hang' }, stream, {}, 'word '.repeat(4_000));
      expect(long.attempted).toMatchObject({ failure: { kind: 'slow' } });
    }
  });
});

describe('our own deadline', () => {
  it.each<[string, Script, number, boolean]>([
    ['cuts short what had little time', { instead: 'hang' }, 2_000, true],
    ['cuts short a stream without content', streamed(role, 'hang'), 2_000, true],
    ['excuses nobody whose own limit came first', { instead: 'hang' }, 10_000, false],
  ])('%s', async (_, script, leftMs, cutByDeadline) => {
    const { attempted, at } = await tryOnce(script, true, { deadlineAt: START + leftMs });
    expect(attempted).toMatchObject({ kind: 'failure', cutByDeadline });
    expect(at).toBe(Math.min(leftMs, 4_000));
  });

  it('excuses no real failure that came before it', async () => {
    const { attempted } = await tryOnce({ ...failing(500), afterMs: 500 }, true, { deadlineAt: START + 2_000 });
    expect(attempted).toMatchObject({ failure: { kind: 'server_error' }, cutByDeadline: false });
  });

  it('excuses nobody that had half of the total time: where that is the shorter limit, nobody else is ever asked', async () => {
    const settings = { ...SETTINGS, totalTimeoutMs: 3_000 };
    const { attempted } = await tryOnce({ instead: 'hang' }, true, { settings, deadlineAt: START + 2_900 });
    expect(attempted).toMatchObject({ failure: { kind: 'silent' }, cutByDeadline: false });
  });
});

describe('what goes out', () => {
  it('goes to the deployment’s own host with its key, and follows no redirect', async () => {
    const { upstream } = await tryOnce(goodReply('hello'), false);
    const [call] = upstream.calls;
    const headers = new Headers(call?.init.headers);
    expect(call?.init).toMatchObject({ method: 'POST', redirect: 'manual' });
    expect(headers.get('authorization')).toBe('Bearer key-a');
    expect(call?.body).toMatchObject({ model: 'model-a' });
  });

  it('is let go when the client is gone, before and while it runs', async () => {
    const gone = new AbortController();
    gone.abort();
    const before = await tryOnce({ instead: 'hang' }, true, { gone: gone.signal });
    expect(before.at).toBe(0); // at once
    expect(before.attempted.kind).toBe('failure');
    expect(before.upstream.running).toEqual([]);
  });
});

describe('a provider’s words', () => {
  it('carry neither its key nor its host', async () => {
    const words = 'Incorrect key-a for a.example, see https://a.example/keys';
    const { attempted } = await tryOnce(failing(400, { message: words, code: 'key-a', param: 'a.example' }), false);
    expect(JSON.stringify(attempted)).not.toMatch(/key-a|a\.example/);
  });
});
