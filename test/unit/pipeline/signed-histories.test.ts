/** A history with tool calls goes on at Gemini 3, signed or unsigned, and whichever model made the calls. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Identity } from '../../../worker/core/identity/identity.ts';
import { withBudget } from './support/budget.ts';
import { failing, good, streamed } from './support/openai.ts';
import { deployment, TestRouter } from './support/router.ts';

const STUDIO = 'generativelanguage.googleapis.com';
const VERTEX = 'aiplatform.googleapis.com';
const GEMINI = { model: 'gemini-3-pro-preview', order: 1 };
const studio = deployment('studio', { ...GEMINI, apiBase: `https://${STUDIO}/v1beta/openai` });
const vertex = deployment('vertex', { ...GEMINI, apiBase: `https://${VERTEX}/v1/openapi`, order: 2 });
const refusal = failing(400, { message: 'Corrupted thought signature.', code: 'INVALID_ARGUMENT' });
const STAND_IN = 'skip_thought_signature_validator';

interface Call {
  id: string;
  extra_content?: object;
}
const signed = { google: { thought_signature: 'c2lnbmVk' } };
const call = (more: object = {}) => ({ id: 'c1', type: 'function', function: { name: 'f', arguments: '{}' }, ...more });
const history = (...calls: Call[]) => [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, tool_calls: calls },
  ...calls.map(({ id }) => ({ role: 'tool', tool_call_id: id, content: 'ok' })),
];
const signaturesIn = ({ body }: { body: Record<string, unknown> }) =>
  (body.messages as { tool_calls?: Call[] }[]).flatMap(({ tool_calls: calls = [] }) =>
    calls.map(({ extra_content: extra }) => (extra as typeof signed | undefined)?.google.thought_signature),
  );
const calls = (router: TestRouter) => router.upstream.calls.map((sent) => [sent.to, signaturesIn(sent)]);

describe.each([false, true])('stream: %s', (stream) => {
  it('another provider’s calls go on at Gemini 3 when it fails', async () => {
    const router = new TestRouter([deployment('a'), { ...studio, order: 2 }]);
    router.upstream.on('a', failing(500));
    router.upstream.on(STUDIO, good(stream, 'from Gemini'));
    const reply = await router.ask({ stream, body: { messages: history(call()) } });
    expect([reply.status, reply.shown]).toEqual([200, 'from Gemini']);
    expect(calls(router).at(-1)).toEqual([STUDIO, [STAND_IN]]);
    expect(calls(router)[0]).toEqual(['a', [undefined]]);
  });

  it('signatures of another of Google’s hosts are replaced once they are refused', async () => {
    const router = new TestRouter([studio, vertex]);
    router.upstream.on(STUDIO, failing(401));
    router.upstream.on(VERTEX, refusal, good(stream, 'from Vertex'));
    const reply = await router.ask({ stream, body: { messages: history(call({ extra_content: signed })) } });
    expect([reply.status, reply.shown]).toEqual([200, 'from Vertex']);
    expect(calls(router)).toEqual([
      [STUDIO, ['c2lnbmVk']],
      [VERTEX, ['c2lnbmVk']],
      [VERTEX, [STAND_IN]],
    ]);
    expect(reply.headers.get('x-carryon-attempts')).toBe('3');
    expect(router.standings.vertex).toBe('up');
  });

  it('a host that refuses the stand-in too is not asked a third time', async () => {
    const router = new TestRouter([studio, deployment('b', { order: 2 })]);
    router.upstream.on(STUDIO, refusal);
    router.upstream.on('b', good(stream, 'from b'));
    const reply = await router.ask({ stream, body: { messages: history(call({ extra_content: signed })) } });
    expect([reply.status, reply.shown]).toEqual([200, 'from b']);
    expect(calls(router)).toEqual([
      [STUDIO, ['c2lnbmVk']],
      [STUDIO, [STAND_IN]],
      ['b', [undefined]],
    ]);
  });
});

it('another provider that quotes a caller’s words on signatures is not asked again, and Google gets the signatures', async () => {
  const router = new TestRouter([deployment('a'), vertex]);
  router.upstream.on('a', failing(400, { message: 'Bad content: "a thought signature".' }));
  router.upstream.on(VERTEX, good(false, 'from Vertex'));
  const reply = await router.ask({ body: { messages: history(call({ extra_content: signed })) } });
  expect([reply.status, reply.shown]).toEqual([200, 'from Vertex']);
  expect(calls(router)).toEqual([
    ['a', [undefined]],
    [VERTEX, ['c2lnbmVk']],
  ]);
});

it('the refusal is free, and what the second attempt cost is booked once', async () => {
  const router = withBudget(1_000_000, [studio]);
  router.upstream.on(STUDIO, refusal, good(false, 'yes'));
  await router.ask({ body: { messages: history(call({ extra_content: signed })) } });
  await router.clock.run(Promise.all(router.background));
  expect(router.ledger.asked.length).toBe(1);
  expect(router.ledger.figures().spentMicroUsd).toBeGreaterThan(0);
});

describe('a page, which gets no signatures', () => {
  let router: TestRouter;
  beforeEach(() => {
    router = new TestRouter([studio]);
    router.identities.set('pk-page', {
      ...(router.identities.get('sk-test') as Identity),
      kind: 'publishable',
      origins: ['https://app.example'],
    });
  });
  const headers = { authorization: 'Bearer pk-page', origin: 'https://app.example' };

  it.each([false, true])('runs its tool loop against Gemini 3 (stream: %s)', async (stream) => {
    const made = [call({ id: 'function-call-1', extra_content: signed }), call({ id: 'function-call-2' })];
    const about = { id: 'x', created: 1, model: 'gemini-3-pro-preview' };
    const message = { role: 'assistant', content: null, tool_calls: made };
    const delta = { role: 'assistant', tool_calls: made.map((one, index) => ({ index, ...one })) };
    const choice = { index: 0, finish_reason: 'tool_calls' };
    const first = stream
      ? streamed(`data: ${JSON.stringify({ ...about, choices: [{ ...choice, delta }] })}\n\n`, 'data: [DONE]\n\n')
      : { body: [JSON.stringify({ ...about, choices: [{ ...choice, message }] })] };
    router.upstream.on(STUDIO, first, good(stream, 'done'));
    const { body } = await router.ask({ stream, headers });
    expect(body).not.toMatch(/signature|google|c2lnbmVk|function-call/);
    const said = JSON.parse(body.replace(/^data: /, '').split('\n\n')[0] ?? '').choices[0];
    const shown = (said.message ?? said.delta).tool_calls as Call[];
    const next = await router.ask({ stream, headers, body: { messages: history(...shown) } });
    expect([next.status, next.shown]).toEqual([200, 'done']);
    expect(calls(router)[1]).toEqual([STUDIO, [STAND_IN, undefined]]);
  });
});
