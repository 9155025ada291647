/** Answers are stored as chat completions, and every client reads them in its own form, whichever way they come. */
import { describe, expect, it } from 'vitest';
import { resolveCachePolicy } from '../../../worker/core/answers/cache-policy.ts';
import { cachePolicy } from '../../../worker/core/answers/cache-schema.ts';
import { DONE, role, streamed, usage } from './support/openai.ts';
import { feature, TestRouter } from './support/router.ts';
import type { Script } from './support/upstream.ts';

type Json = Record<string, unknown>;

const NUMBER = '9007199254740993';
const ARGUMENTS = `{"city":"Hue","id":${NUMBER}}`;
const about = { id: 'c1', created: 1, model: 'served' };
const called = { id: 'call_1', type: 'function', function: { name: 'weather', arguments: ARGUMENTS } };
const event = (choices: unknown[]) =>
  `data: ${JSON.stringify({ ...about, object: 'chat.completion.chunk', choices })}\n\n`;

const wholeCall: Script = {
  body: [
    JSON.stringify({
      ...{ ...about, object: 'chat.completion' },
      choices: [
        { index: 0, message: { role: 'assistant', content: null, tool_calls: [called] }, finish_reason: 'tool_calls' },
      ],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 },
    }),
  ],
};
const streamedCall = streamed(
  role,
  event([{ index: 0, delta: { tool_calls: [{ index: 0, ...called }] }, finish_reason: null }]),
  event([{ index: 0, delta: {}, finish_reason: 'tool_calls' }]),
  usage,
  DONE,
);

const weather = { name: 'weather', parameters: { type: 'object', properties: {} } };
const FUNCTIONS = { functions: [weather], function_call: 'auto' };
const TOOLS = { tools: [{ type: 'function', function: weather }] };

function routerThatKeeps(stream: boolean, seesProvider = true): TestRouter {
  const router = new TestRouter();
  const policy = cachePolicy.parse({ scope: 'tenant', ttl: '1h', toolCalls: true });
  const chat = feature('chat', { cache: resolveCachePolicy(policy) });
  Object.assign(router.deps.config, { features: new Map([['chat', chat]]) });
  Object.assign(router.deps, { showsProvider: () => seesProvider });
  router.upstream.on('a', stream ? streamedCall : wholeCall);
  return router;
}

/** What the client makes of the answer: a message, and why it ended. */
function messageIn(body: string): Json {
  if (!body.startsWith('data:')) {
    const [{ message, finish_reason }] = JSON.parse(body).choices;
    return { ...message, finish_reason };
  }
  const joined: Json = {};
  let text = '';
  for (const line of body.split('\n\n')) {
    if (!line.startsWith('data: {')) continue;
    const [choice] = JSON.parse(line.slice('data: '.length)).choices;
    if (choice === undefined) continue;
    const { function_call: call, ...said } = choice.delta;
    Object.assign(joined, said, choice.finish_reason && { finish_reason: choice.finish_reason });
    text += call?.arguments ?? '';
    if (call?.name) joined.function_call = { name: call.name };
  }
  if (joined.function_call) (joined.function_call as Json).arguments = text;
  return joined;
}

const CASES = [true, false].flatMap((made) => [true, false].map((read) => [made, read] as const));

describe.each([true, false])('where the caller may learn which provider served: %s', (seesProvider) => {
  it.each(CASES)(
    'a client of functions reads a call, fresh and from the cache (made streamed: %s, read streamed: %s)',
    async (made, read) => {
      const router = routerThatKeeps(made, seesProvider);
      const answers: string[] = [];
      for (const stream of [made, read]) {
        const { status, body } = await router.ask({ body: FUNCTIONS, stream });
        await router.clock.run(Promise.all(router.background));
        expect(status).toBe(200);
        answers.push(body);
      }
      expect(router.upstream.calls).toHaveLength(1);
      for (const body of answers) {
        expect(body).not.toContain('tool_call');
        const call = { name: 'weather', arguments: ARGUMENTS };
        expect(messageIn(body)).toMatchObject({
          role: 'assistant',
          function_call: call,
          finish_reason: 'function_call',
        });
      }
      const [stored] = router.answers.kept.values();
      expect(JSON.parse(stored?.body ?? '').choices[0]).toMatchObject({
        finish_reason: 'tool_calls',
        message: { tool_calls: [{ function: called.function }] },
      });
      expect(stored?.body).not.toContain('function_call');
    },
  );

  it.each(CASES)('a client of tools reads tool calls (made streamed: %s, read streamed: %s)', async (made, read) => {
    const router = routerThatKeeps(made, seesProvider);
    for (const stream of [made, read]) {
      const { body } = await router.ask({ body: TOOLS, stream });
      await router.clock.run(Promise.all(router.background));
      expect(body).toContain('"tool_calls":[');
      expect(body).not.toContain('function_call');
    }
    expect(router.upstream.calls).toHaveLength(1);
  });
});

it('an answer that an earlier build kept in the form of functions is read as it is', async () => {
  const router = routerThatKeeps(false);
  const ask = () => router.ask({ body: FUNCTIONS });
  await ask();
  await router.clock.run(Promise.all(router.background));
  const call = { name: 'weather', arguments: '{}' };
  for (const [name, stored] of router.answers.kept) {
    const message = { role: 'assistant', content: null, function_call: call };
    const choices = [{ index: 0, message, finish_reason: 'function_call' }];
    router.answers.kept.set(name, {
      ...stored,
      body: JSON.stringify({ ...about, object: 'chat.completion', choices }),
    });
  }
  expect(messageIn((await ask()).body)).toMatchObject({ function_call: call, finish_reason: 'function_call' });
});
