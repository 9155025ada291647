/** A page learns neither who served nor what it cost, however its answer comes (docs/contract.md "Response headers"). */
import { beforeEach, describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import type { Identity } from '../../../worker/core/identity/identity.ts';
import { aloneReply } from './support/object-reply.ts';
import { streamed } from './support/openai.ts';
import { feature, TestRouter } from './support/router.ts';

const TELLING = /secret-model|gen-|DeepInfra|fp_1|cost|cached|native/;
const about = { id: 'gen-1', created: 1, model: 'secret-model', provider: 'DeepInfra', system_fingerprint: 'fp_1' };
const usage = {
  ...{ prompt_tokens: 3, completion_tokens: 2, total_tokens: 5, cost: 0.1 },
  prompt_tokens_details: { cached_tokens: 1 },
};
const COMPLETION = {
  ...{ ...about, object: 'chat.completion', usage },
  choices: [{ index: 0, message: { role: 'assistant', content: 'An answer.' }, finish_reason: 'stop' }],
};
const chunk = (delta: object, finish: string | null) =>
  `data: ${JSON.stringify({ ...about, choices: [{ index: 0, delta, finish_reason: finish, native_finish_reason: finish }] })}\n\n`;
const STREAM = `${chunk({ role: 'assistant', content: 'An answer.' }, null)}${chunk({}, 'stop')}data: ${JSON.stringify({ ...about, choices: [], usage })}\n\ndata: [DONE]\n\n`;
const page = { authorization: 'Bearer pk-page', origin: 'https://app.example' };

let router: TestRouter;

beforeEach(() => {
  router = new TestRouter();
  router.identities.set('pk-page', {
    ...(router.identities.get('sk-test') as Identity),
    kind: 'publishable',
    origins: ['https://app.example'],
  });
  const policy = resolveCachePolicy(cachePolicy.parse({ scope: 'tenant', ttl: '1h', staleTtl: '1h' }));
  const features = new Map(router.deps.config.features).set('summarize', feature('summarize', { cache: policy }));
  Object.assign(router.deps.config, { features });
  // Shared questions are answered by themselves.
  router.deps.answerStreams.open = async () => aloneReply();
});

const answers = (stream: boolean) => (stream ? streamed(STREAM) : { body: [JSON.stringify(COMPLETION)] });
const asks = (stream: boolean, headers: Record<string, string>, more: object = {}) =>
  router.ask({ stream, headers, body: { ...more, ...(stream && { stream_options: { include_usage: true } }) } });

describe.each([false, true])('stream: %s', (stream) => {
  it('an answer has the alias and the closed list of fields', async () => {
    router.upstream.on('a', answers(stream));
    const { body, shown, headers } = await asks(stream, page);
    expect(shown).toBe('An answer.');
    expect(body).not.toMatch(TELLING);
    expect([...headers.keys()].filter((name) => /deployment|provider|model|cost/.test(name))).toEqual([]);
    expect(body).toContain('"model":"app/chat"');
    expect(body).toContain('"total_tokens":5');
  });

  it('a cached one too, whoever asked first; and those who may know are given the provider’s own', async () => {
    router.upstream.on('a', answers(stream));
    const first = await asks(stream, { 'x-carryon-feature': 'summarize' });
    await Promise.all(router.background);
    const hit = await asks(stream, { ...page, 'x-carryon-feature': 'summarize' });
    expect(first.body).toContain('secret-model');
    expect([hit.headers.get('x-carryon-cache'), hit.shown]).toEqual(['hit', 'An answer.']);
    expect(hit.body).not.toMatch(TELLING);
    const open = await asks(stream, { 'x-carryon-feature': 'summarize' });
    expect(open.body).toContain('DeepInfra');
  });

  it('a provider’s words about a request are not for pages', async () => {
    const words = { error: { message: 'secret-model of DeepInfra takes no such thing', code: 'gen-odd', param: 'x' } };
    router.upstream.on('a', { status: 422, body: [JSON.stringify(words)] });
    const open = await asks(stream, {});
    expect([open.status, open.body.includes('secret-model')]).toEqual([422, true]);
    router.upstream.on('a', { status: 422, body: [JSON.stringify(words)] });
    const { status, body, code } = await asks(stream, page);
    expect([status, code]).toEqual([400, 'bad_request']);
    expect(body).not.toMatch(TELLING);
  });
});

it('an error in the middle of a stream is told without the provider’s words', async () => {
  const broken = `data: ${JSON.stringify({ error: { message: 'secret-model flagged it', code: 'content_filter', type: 'invalid_request_error' } })}\n\n`;
  router.upstream.on('a', streamed(chunk({ content: 'An' }, null), broken));
  const { body, code } = await asks(true, page);
  expect(code).toBe('stream_interrupted');
  expect(body).not.toMatch(TELLING);
});
